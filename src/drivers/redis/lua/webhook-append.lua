-- Adds facts to the stream of a partition. A batch that comes again, because its answer was lost, is not added again.
-- KEYS: stream, hash of node -> number of its last batch. ARGV: node, number of the batch, most entries of the stream, facts.
local last = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
if tonumber(ARGV[2]) <= last then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], 3600)
for index = 4, #ARGV do redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'fact', ARGV[index]) end
return 1
