--[[
  Applies one user's part of a batch to the sequence, the seen items and the user's record, in one atomic step.

  KEYS  1 seq:{user}   sorted set: score = time, member = time event-id NUL item-id (see sequence-member.ts)
        2 seen:{user}  sorted set: score = newest click, member = item id
        3 user:{user}  hash: revision, since (revision at the first click after nothing or a forget), active (newest click), dropped
  ARGV  1 newest clicks to keep
        2 newest seen items to keep
        3 '1' to erase the user first, else '0'
        4 newest append time of the batch's messages of this user, ms
        5 number of runs
        then each run's length, then all members, run after run.
        A run is a stretch of the arrivals in ascending order; most batches are one. Within a run an event is never older than
        what its predecessors left in a full sequence, so a run is applied as a whole and still counts as event by event.
  RESULT  revision now ('0': no such user), dropped, then for each run: added, stale (that many from its start are older than a full
          sequence), place in the run of the newest event added (0: none)
]]
local seq, seen, user = KEYS[1], KEYS[2], KEYS[3]
local keep, seenKeep = tonumber(ARGV[1]), tonumber(ARGV[2])
local runs = tonumber(ARGV[5])
local TIME_WIDTH = 16
local PAIRS = 1000 -- a call of a command; the Lua stack takes 8,000 values

local function timeOf(member)
  return string.sub(member, 1, TIME_WIDTH)
end

-- Bytes, as sorted sets do it, not `<`: that one goes by the server's locale (LANG, or `locale-collate`). With C and C.UTF-8, which
-- servers in tests and containers have, the two are equal for all strings, so no test there tells them apart.
local function isBefore(a, b)
  local shorter = math.min(#a, #b)
  for i = 1, shorter do
    local left, right = string.byte(a, i), string.byte(b, i)
    if left ~= right then
      return left < right
    end
  end
  return #a < #b
end

-- ZADD of ARGV[from..to], of the members themselves or of their items; answers how many were new.
local function add(key, from, to, ofItems)
  local added = 0
  while from <= to do
    local last = math.min(to, from + PAIRS - 1)
    local pairs, n = {}, 0
    for i = from, last do
      local member = ARGV[i]
      pairs[n + 1] = timeOf(member)
      pairs[n + 2] = ofItems and string.sub(member, string.find(member, '\0', TIME_WIDTH + 1, true) + 1) or member
      n = n + 2
    end
    if ofItems then
      added = added + redis.call('ZADD', key, 'GT', unpack(pairs, 1, n))
    else
      added = added + redis.call('ZADD', key, unpack(pairs, 1, n))
    end
    from = last + 1
  end
  return added
end

local record = redis.call('HMGET', user, 'revision', 'active', 'dropped', 'since')
local revision = tonumber(record[1] or '0')
local active = tonumber(record[2] or '0')
local dropped = 0
local since = record[4]
local erased = ARGV[3] == '1'
if erased then
  redis.call('UNLINK', seq, seen, user)
  record, since, active = {}, false, 0
end

local size = redis.call('ZCARD', seq)
local result = { '0', 0 }
local changed = false
local touched = false
local first = 6 + runs
for run = 1, runs do
  local length = tonumber(ARGV[5 + run])
  local last = first + length - 1
  local from = first
  if size >= keep then
    local oldest = redis.call('ZRANGE', seq, 0, 0)[1]
    while from <= last and isBefore(ARGV[from], oldest) do
      from = from + 1
    end
  end
  local stale = from - first
  -- The newest one that is new is told apart, by adding from the end; the rest goes in one call.
  local newest = last
  while newest >= from and redis.call('ZADD', seq, timeOf(ARGV[newest]), ARGV[newest]) == 0 do
    newest = newest - 1
  end
  local added = 0
  if newest >= from then
    added = 1 + add(seq, from, newest - 1, false)
    size = size + added
    if size > keep then
      dropped = dropped + redis.call('ZREMRANGEBYRANK', seq, 0, size - keep - 1)
      size = keep
    end
    active = math.max(active, tonumber(timeOf(ARGV[newest])))
    changed = true
  end
  -- Stale ones too: "seen" reaches further back than the sequence.
  if added > 0 or stale > 0 then
    touched = add(seen, first, last, true) > 0 or touched
  end
  result[#result + 1] = added
  result[#result + 1] = stale
  result[#result + 1] = newest >= from and newest - first + 1 or 0
  first = last + 1
end

if touched then
  local excess = redis.call('ZCARD', seen) - seenKeep
  if excess > 0 then
    redis.call('ZREMRANGEBYRANK', seen, 0, excess - 1)
  end
end

if changed or erased then
  revision = math.max(revision + 1, tonumber(ARGV[4]))
end
local shown = string.format('%.0f', revision)
if changed then
  local total = tonumber(record[3] or '0') + dropped
  redis.call('HSET', user, 'revision', shown, 'since', since or shown, 'active', string.format('%.0f', active), 'dropped', total)
end
result[1] = shown
result[2] = dropped
return result
