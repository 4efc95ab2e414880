-- Deletes what was delivered, renews or takes the lease of the partition's one consumer, and reads what comes next.
-- KEYS: stream, owner (hash of node and until, in milliseconds of Redis' clock).
-- ARGV: node, lease in milliseconds, where to read from, how many entries, ids to delete.
-- Returns 'other' when another node has the lease; else 'kept', 'taken' from another node or 'new', and the entries.
for first = 5, #ARGV, 1000 do
  redis.call('XDEL', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local owner = redis.call('HGET', KEYS[2], 'node')
if owner and owner ~= ARGV[1] and tonumber(redis.call('HGET', KEYS[2], 'until')) > now then return {'other'} end
redis.call('HSET', KEYS[2], 'node', ARGV[1], 'until', string.format('%.0f', now + ARGV[2]))
local state = 'new'
if owner == ARGV[1] then state = 'kept' elseif owner then state = 'taken' end
if tonumber(ARGV[4]) == 0 then return {state, {}} end
return {state, redis.call('XRANGE', KEYS[1], ARGV[3], '+', 'COUNT', ARGV[4])}
