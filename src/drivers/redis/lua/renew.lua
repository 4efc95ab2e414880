-- A node says that it lives. Time counts only while somebody says so: the silence of Redis kills nobody.
-- ARGV: node, revision of its last change that was answered, milliseconds of a tick, '1' to be told which server this is.

local dead_after_ticks = 3

local node, acknowledged, tick_milliseconds = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
-- A user who may not ask for it does without.
local info = ARGV[4] == '1' and redis.pcall('INFO', 'server')
local run_id = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
if not is_registered(node) then return { 'UNREGISTERED', current_sequence(), run_id, {} } end
if tonumber(redis.call('HGET', base .. ':revs', node) or 0) < acknowledged then return { 'LOST', current_sequence(), run_id, {} } end

local meta = base .. ':meta'
local now = milliseconds()
local state = redis.call('HMGET', meta, 'tick', 'tickAt', 'sweptAt')
local tick, since = tonumber(state[1] or 0), now - tonumber(state[2] or 0)
if since >= tick_milliseconds or since < 0 then
  tick = tick + 1
  redis.call('HSET', meta, 'tick', tick, 'tickAt', text(now))
end
redis.call('HSET', base .. ':nodes', node, tick)

local dead = {}
local idle = now - tonumber(state[3] or 0)
if idle >= tick_milliseconds / 4 or idle < 0 then
  local nodes = redis.call('HGETALL', base .. ':nodes')
  for index = 1, #nodes, 2 do
    if tick - tonumber(nodes[index + 1]) >= dead_after_ticks then dead[#dead + 1] = nodes[index] end
  end
  local replaced = redis.call('HGETALL', base .. ':replaced')
  for index = 1, #replaced, 2 do
    if not is_registered(replaced[index + 1]) then dead[#dead + 1] = replaced[index] end
  end
  for _, left in ipairs(redis.call('HKEYS', base .. ':dead')) do dead[#dead + 1] = left end
  if #dead > 0 then redis.call('HSET', meta, 'sweptAt', text(now)) end
end
return { 'OK', current_sequence(), run_id, dead }
