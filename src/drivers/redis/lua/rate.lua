-- KEYS: the time, in milliseconds of Redis, at which all that was taken under a key will have flowed in again.
-- ARGV: for how many milliseconds what a node has taken since its last call flows in; how many milliseconds ago it began to take it.
-- Returns the milliseconds until that time.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local full_at = math.max(now - tonumber(ARGV[2]), tonumber(redis.call('GET', KEYS[1]) or 0)) + tonumber(ARGV[1])
local left = math.ceil(full_at - now)
redis.call('SET', KEYS[1], string.format('%.3f', full_at), 'PX', math.max(1, left))
return left
