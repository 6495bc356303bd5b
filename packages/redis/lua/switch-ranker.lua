--[[
  Makes a ranker live, if the encoder that it belongs to still is, and tells everybody.

  KEYS  1 activation  hash
  ARGV  1 encoder that the ranker belongs to
        2 channel of the notice
        3 ranker
        4 time, ms since the epoch
  RESULT  { 1 } live, else { 0, the encoder that is live (nil = none) }
]]
local live = redis.call('HGET', KEYS[1], 'encoder')
if live ~= ARGV[1] then
  return { 0, live }
end
redis.call('HSET', KEYS[1], 'ranker', ARGV[3], 'rankerActivatedAt', ARGV[4])
redis.call('PUBLISH', ARGV[2], live)
return { 1 }
