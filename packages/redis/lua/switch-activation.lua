--[[
  Makes another set of versions live, if the expected one is live, and tells everybody.

  KEYS  1 activation  hash
  ARGV  1 encoder expected to be live ('' = none)
        2 channel of the notice
        3 encoder that is live then
        4.. fields and values of the hash
  RESULT  { 1 } switched, else { 0, the encoder that is live (nil = none) }
]]
local live = redis.call('HGET', KEYS[1], 'encoder')
if (live or '') ~= ARGV[1] then
  return { 0, live }
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PUBLISH', ARGV[2], ARGV[3])
return { 1 }
