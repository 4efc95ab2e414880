-- KEYS: the key. ARGV: the pending claim that is settled, and, unless it is released, what to hold instead and for how many milliseconds.
-- Somebody else's claim or answer is left alone: this one took so long that it had expired.
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
if ARGV[2] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
else
  redis.call('DEL', KEYS[1])
end
return 1
