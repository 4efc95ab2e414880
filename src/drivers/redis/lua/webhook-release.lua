-- Deletes what was delivered and gives the lease back.
-- KEYS: stream, owner. ARGV: node, ids to delete.
for first = 2, #ARGV, 1000 do
  redis.call('XDEL', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
if redis.call('HGET', KEYS[2], 'node') == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
