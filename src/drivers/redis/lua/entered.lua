-- A node has told everything that it held before it entered: what is left of the nodes whose place it took may be swept.
-- ARGV: node, or '' only to ask. Answers with how many nodes have not come so far.

local node = ARGV[1]
if node ~= '' then
  redis.call('SREM', base .. ':entering', node)
  local replaced = redis.call('HGETALL', base .. ':replaced')
  for index = 1, #replaced, 2 do
    if replaced[index + 1] == node then
      redis.call('HDEL', base .. ':replaced', replaced[index])
      redis.call('HSETNX', base .. ':dead', replaced[index], '0')
    end
  end
end
return redis.call('SCARD', base .. ':entering')
