-- Adds facts to the stream of a partition. A batch that comes again, because its answer was lost, is not added again.
-- KEYS: stream, hash of node -> number of its last batch. ARGV: node, number of the batch, most entries of the stream, id under which the registry
-- knows the node (empty for none), facts.
local last = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
if tonumber(ARGV[2]) <= last then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], 3600)

local base = string.sub(KEYS[1], 1, -#':hooks' - 1)
local member = ARGV[4]

-- Every node that holds a channel sees its count: the one with the smallest id speaks for all. Of a channel that nobody holds, every one does.
local function speaks(fact)
  local channel = fact.appId .. '/' .. fact.channel
  local speaker
  for _, node in ipairs(redis.call('HKEYS', base .. ':nodes')) do
    local held = tonumber(redis.call('HGET', base .. ':n:' .. node, channel) or 0)
    if held > 0 and (not speaker or node < speaker) then speaker = node end
  end
  return not speaker or member == '' or speaker == member
end

for index = 5, #ARGV do
  local fact = ARGV[index]
  local is_count = string.find(fact, '{"type":"subscription_count"', 1, true) == 1
  if not is_count or speaks(cjson.decode(fact)) then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'fact', fact)
  end
end
return 1
