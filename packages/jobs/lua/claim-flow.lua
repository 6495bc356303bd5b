--[[
  Claims the one training flow of a namespace, unless one is under way, or this very flow was started before.

  KEYS  1   hash `id`, `at`: the newest flow and when it was claimed (ms)
        2   root job (the last to run) of the flow that the caller believes to be the newest; any key where it believes in none
        3   root job of the flow to be
        4   sorted set of the completed jobs of the root's queue
        5.. sorted sets of the failed jobs of each queue of a flow
  ARGV  1   id of the flow to be
        2   id of the flow that the caller believes to be the newest ('' = none)
        3   ms after which a claim that never got its jobs is void
  RESULT  { id of the flow under way, or ARGV[1]; 1 where the claim is granted, else 0 }; nil where another flow is the newest: ask again

  A flow has ended when its root has completed or any of its jobs has failed for good: the failed job's parents
  may still wait for a worker to fail them, which must not hold up the next training.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function under_way(id, claimed_at)
  if redis.call('EXISTS', KEYS[2]) == 0 then
    return now - claimed_at < tonumber(ARGV[3])
  end
  if redis.call('ZSCORE', KEYS[4], id) then return false end
  for i = 5, #KEYS do
    if redis.call('ZSCORE', KEYS[i], id) then return false end
  end
  return true
end

local newest = redis.call('HMGET', KEYS[1], 'id', 'at')
if (newest[1] or '') ~= ARGV[2] then return nil end
-- Asked for again, by somebody who was cut off before he knew.
if redis.call('EXISTS', KEYS[3]) == 1 then return { ARGV[1], 0 } end
if newest[1] and newest[1] ~= ARGV[1] and under_way(newest[1], tonumber(newest[2])) then return { newest[1], 0 } end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'at', now)
return { ARGV[1], 1 }
