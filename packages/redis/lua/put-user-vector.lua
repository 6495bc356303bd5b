--[[
  Writes a user's vector, unless a newer one is there or the user was forgotten. What is there and is no vector (damaged by hand) counts as nothing.

  KEYS  1 uvec:<version>:{user}  string: revision as a little-endian double, then the vector's float32s
        2 user:{user}            hash of the sequence
  ARGV  1 the value to write
        2 '1' to write only for a user who exists, else '0'
  RESULT  1 written, 0 not
]]
local revision = struct.unpack('<d', ARGV[1])
local header = redis.call('GETRANGE', KEYS[1], 0, 7)
if #header == 8 and redis.call('STRLEN', KEYS[1]) % 4 == 0 then
  local there = struct.unpack('<d', header)
  if there > revision and there < 2 ^ 53 and there == math.floor(there) then
    return 0
  end
end
if ARGV[2] == '1' then
  -- Older than `since`: made of clicks that a forget erased before the user came back.
  local since = redis.call('HGET', KEYS[2], 'since')
  if not since or revision < tonumber(since) then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[1])
return 1
