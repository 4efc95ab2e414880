-- A node enters under a new id, perhaps in place of another one, which can change nothing from now on but keeps what it holds until its sweep.
-- ARGV: node, previous id or ''. Answers with the epoch and the sequence.

local node, previous = ARGV[1], ARGV[2]
local meta = base .. ':meta'
if redis.call('HEXISTS', meta, 'epoch') == 0 then redis.call('HSET', meta, 'epoch', text(next_sequence())) end
local tick = tonumber(redis.call('HGET', meta, 'tick') or 0)
redis.call('HSET', base .. ':nodes', node, tick)
redis.call('HSETNX', base .. ':revs', node, 0)
redis.call('SADD', base .. ':entering', node)
if previous ~= '' and redis.call('HDEL', base .. ':nodes', previous) == 1 then
  redis.call('HDEL', base .. ':revs', previous)
  redis.call('HSET', base .. ':replaced', previous, node)
  -- Its own entry was not over: what it replaced is this node's now.
  local replaced = redis.call('HGETALL', base .. ':replaced')
  for index = 1, #replaced, 2 do
    if replaced[index + 1] == previous then redis.call('HSET', base .. ':replaced', replaced[index], node) end
  end
end
return { redis.call('HGET', meta, 'epoch'), current_sequence() }
