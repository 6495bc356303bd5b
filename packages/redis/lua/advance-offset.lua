--[[
  Moves the marker of a partition, if it stands where the caller believes.

  KEYS  1 offsets:<topic>:<partition>  string
  ARGV  1 the offset expected there ('' = none)
        2 the next offset
  RESULT  { 1 } when it stands at the next offset now, else { 0, the offset that stands there (nil = none) }
]]
local actual = redis.call('GET', KEYS[1])
-- Already there: an earlier call whose answer was lost.
if actual == ARGV[2] then
  return { 1 }
end
if (actual or '') ~= ARGV[1] then
  return { 0, actual }
end
redis.call('SET', KEYS[1], ARGV[2])
return { 1 }
