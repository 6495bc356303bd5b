--[[
  Claims the one training flow of a namespace, unless one is under way.

  KEYS[1]   hash `id`, `at`: the newest flow and when it was claimed (ms)
  ARGV[1]   id of the flow to be
  ARGV[2]   key prefix of the queues
  ARGV[3]   ms after which a claim that never got its jobs is void
  ARGV[4]   queue of the root job, the last to run
  ARGV[5..] queues of the flow's other jobs

  Result: the id of the flow under way; ARGV[1] where the claim is granted.

  A flow has ended when its root has completed or any of its jobs has failed for good: the failed job's parents
  may still wait for a worker to fail them, which must not hold up the next training.
]]
local prefix, root = ARGV[2], ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function under_way(id, claimed_at)
  if redis.call('EXISTS', prefix .. ':' .. root .. ':' .. id) == 0 then
    return now - claimed_at < tonumber(ARGV[3])
  end
  if redis.call('ZSCORE', prefix .. ':' .. root .. ':completed', id) then return false end
  for i = 4, #ARGV do
    if redis.call('ZSCORE', prefix .. ':' .. ARGV[i] .. ':failed', id) then return false end
  end
  return true
end

local newest = redis.call('HMGET', KEYS[1], 'id', 'at')
if newest[1] and under_way(newest[1], tonumber(newest[2])) then return newest[1] end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'at', now)
return ARGV[1]
