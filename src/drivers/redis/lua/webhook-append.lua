-- Adds facts to the stream of a partition. A batch that comes again, because its answer was lost, is not added again.
-- KEYS: stream, number of this node's last batch. ARGV: number of the batch, most entries of the stream, id under which the registry knows the
-- node (empty for none), facts.
local kept_seconds = 3600
if tonumber(ARGV[1]) <= tonumber(redis.call('GET', KEYS[2]) or 0) then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'EX', kept_seconds)

local base = string.sub(KEYS[1], 1, -#':hooks' - 1)
local member = ARGV[3]

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

for index = 4, #ARGV do
  local fact = ARGV[index]
  local is_count = string.find(fact, '{"type":"subscription_count"', 1, true) == 1
  if not is_count or speaks(cjson.decode(fact)) then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'fact', fact)
  end
end
return 1
