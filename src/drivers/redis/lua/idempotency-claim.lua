-- KEYS: the key. ARGV: what a pending claim holds, for how many milliseconds.
-- Returns what the key holds already, or false when the claim was made.
local held = redis.call('GET', KEYS[1])
if held then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
