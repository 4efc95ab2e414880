-- Revokes. What is known already changes nothing, so every call may be repeated.
-- ARGV: subject, moment, end; and again.

local swept_at_once = 1000

local function sweep()
  local ended = redis.call('ZRANGEBYSCORE', base .. ':ends', '-inf', text(now() / 1000), 'LIMIT', 0, swept_at_once)
  for _, subject in ipairs(ended) do
    redis.call('HDEL', base .. ':entries', subject)
    redis.call('ZREM', base .. ':log', subject)
    redis.call('ZREM', base .. ':ends', subject)
  end
end

local function next_number()
  if epoch() == '0' then
    local first = text(now())
    redis.call('HSET', base .. ':meta', 'epoch', first, 'sequence', first)
  end
  return redis.call('HINCRBY', base .. ':meta', 'sequence', 1)
end

sweep()
local changed = 0
for index = 1, #ARGV, 3 do
  local subject, moment, ends = ARGV[index], tonumber(ARGV[index + 1]), tonumber(ARGV[index + 2])
  local known = tonumber(redis.call('HGET', base .. ':entries', subject) or -1)
  local known_end = tonumber(redis.call('ZSCORE', base .. ':ends', subject) or -1)
  if moment > known or ends > known_end then
    redis.call('HSET', base .. ':entries', subject, text(math.max(moment, known)))
    redis.call('ZADD', base .. ':ends', text(math.max(ends, known_end)), subject)
    redis.call('ZADD', base .. ':log', text(next_number()), subject)
    changed = changed + 1
  end
end
if changed > 0 then
  local last = redis.call('ZRANGE', base .. ':ends', -1, -1, 'WITHSCORES')
  for _, name in ipairs(names) do redis.call('PEXPIREAT', base .. ':' .. name, text(tonumber(last[2]) + 60000)) end
  redis.call(publish, base .. ':topic', '')
end
return changed
