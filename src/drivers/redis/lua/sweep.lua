-- Takes away, step by step, what a node holds that is no more. Any node may go on where another one stopped.
-- ARGV: node to sweep, '1' when it says so itself. Answers with 1 when there is more to do.

local dead_after_ticks = 3
local max_entries = 200

local node, is_own_wish = ARGV[1], ARGV[2] == '1'
local nodes, dead, held = base .. ':nodes', base .. ':dead', base .. ':n:' .. node
local renewed = redis.call('HGET', nodes, node)
if renewed then
  local tick = tonumber(redis.call('HGET', base .. ':meta', 'tick') or 0)
  if not is_own_wish and tick - tonumber(renewed) < dead_after_ticks then return 0 end
  redis.call('HDEL', nodes, node)
  redis.call('HDEL', base .. ':revs', node)
  redis.call('SREM', base .. ':entering', node)
  redis.call('HSETNX', dead, node, '0')
end
if redis.call('HDEL', base .. ':replaced', node) == 1 then redis.call('HSETNX', dead, node, '0') end
local cursor = redis.call('HGET', dead, node)
if not cursor then return 0 end

announcing_kind, announcing_node = 3, node
local left = max_entries

local function sweep_channel(channel)
  local seats = base .. ':s:' .. node .. '/' .. channel
  for _, user in ipairs(redis.call('SPOP', seats, left)) do
    release_seat(channel, user)
    left = left - 1
  end
  if left <= 0 then return end
  hold(node, '', channel, 0, false)
  left = left - 1
end

repeat
  local page = redis.call('HSCAN', held, cursor, 'COUNT', 100)
  for index = 1, #page[2], 2 do
    sweep_channel(page[2][index])
    if left <= 0 then break end
  end
  -- A page that was not finished is read again: what is done of it is gone from it.
  if left > 0 then cursor = page[1] end
until left <= 0 or cursor == '0'
send_announcements()

redis.call('HSET', base .. ':meta', 'sweptAt', text(milliseconds()))
if redis.call('EXISTS', held) == 0 then
  redis.call('HDEL', dead, node)
  return 0
end
redis.call('HSET', dead, node, cursor)
return 1
