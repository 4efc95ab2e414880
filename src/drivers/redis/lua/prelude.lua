-- Stands before every script of a partition: its keys, its sequence, its messages, its webhooks, and the two things that a node can hold.
--
--   BASE:seq            number of the last message on the topic
--   BASE:meta           epoch, tick, tickAt, sweptAt
--   BASE:nodes          node -> tick of its last renewal         BASE:revs      node -> revision of the last change it made
--   BASE:replaced       node -> node that took its place         BASE:dead      node -> HSCAN cursor of its sweep
--   BASE:entering       nodes that have not told yet everything they held before they entered
--   BASE:n:NODE         channel -> subscriptions that the node holds; 0 when it has only seats
--   BASE:s:NODE/CHANNEL users whose seats the node holds
--   BASE:c:APP          channel name -> subscriptions on all nodes
--   BASE:r:CHANNEL      user -> user_info: the roster            BASE:k:CHANNEL user -> nodes that hold the seat, less one; absent for one
--   BASE:v              presence channel -> number of the message that last changed its roster
--   BASE:hooks          stream of facts for webhooks             BASE:controls  orders of the last minutes by their number
--   BASE:once:KEY       there while what was published under the key must not be published again
--   BASE:bus            the topic
--
-- A channel is APP/NAME; app ids have no slash, and neither have node ids.

local base = KEYS[1]
local topic = base .. ':bus'
local max_message_bytes = 60000
local max_hooks = 100000

local function milliseconds()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function text(number)
  return string.format('%.0f', number)
end

-- An empty Redis goes on above every number that was ever used, because its clock does.
local function next_sequence()
  local sequence = redis.call('INCR', base .. ':seq')
  if sequence > 1 then return sequence end
  local time = redis.call('TIME')
  sequence = tonumber(time[1]) * 1000000 + tonumber(time[2])
  redis.call('SET', base .. ':seq', text(sequence))
  return sequence
end

local function current_sequence()
  return tonumber(redis.call('GET', base .. ':seq') or 0)
end

local function is_registered(node)
  return redis.call('HEXISTS', base .. ':nodes', node) == 1
end

local function app_and_name(channel)
  local slash = string.find(channel, '/', 1, true)
  return string.sub(channel, 1, slash - 1), string.sub(channel, slash + 1)
end

-- What is announced gathers in messages of bounded size; a message has its number from its first record on.
local records, records_bytes, records_sequence = {}, 0, nil
local announcing_kind, announcing_node = 2, ''

local function send_announcements()
  if not records_sequence then return end
  local header = struct.pack('>BBdHc0', 1, announcing_kind, records_sequence, #announcing_node, announcing_node)
  redis.call(publish, topic, header .. table.concat(records))
  records, records_bytes, records_sequence = {}, 0, nil
end

local function reserve(bytes)
  if records_bytes > 0 and records_bytes + bytes > max_message_bytes then send_announcements() end
  if not records_sequence then records_sequence = next_sequence() end
  records_bytes = records_bytes + bytes
end

local function announce(kind, channel)
  reserve(3 + #channel)
  records[#records + 1] = struct.pack('>BHc0', kind, #channel, channel)
end

local function announce_counted(channel, total)
  reserve(7 + #channel)
  records[#records + 1] = struct.pack('>BHc0I4', 3, #channel, channel, total)
end

-- Each change of a roster names the one before it, so that nobody can miss one unknowingly.
local function announce_member(kind, channel, user, info)
  reserve(17 + #channel + #user + #info)
  local before = tonumber(redis.call('HGET', base .. ':v', channel) or 0)
  redis.call('HSET', base .. ':v', channel, text(records_sequence))
  records[#records + 1] = struct.pack('>BHc0dHc0I4c0', kind, #channel, channel, before, #user, user, #info, info)
end

local hooked_at

local function hook(kind, channel, user)
  local app, name = app_and_name(channel)
  if string.sub(name, 1, 1) == '#' then return end
  hooked_at = hooked_at or text(milliseconds())
  local fact = '{"type":"' .. kind .. '","appId":' .. cjson.encode(app) .. ',"channel":' .. cjson.encode(name)
  if user then fact = fact .. ',"userId":' .. cjson.encode(user) end
  redis.call('XADD', base .. ':hooks', 'MAXLEN', '~', max_hooks, '*', 'fact', fact .. ',"at":' .. hooked_at .. '}')
end

local function forget_if_empty(node, channel)
  local held = base .. ':n:' .. node
  if redis.call('HGET', held, channel) ~= '0' then return end
  if redis.call('EXISTS', base .. ':s:' .. node .. '/' .. channel) == 0 then redis.call('HDEL', held, channel) end
end

-- The channel's total changes by so much.
local function change_total(channel, difference, is_quiet)
  if difference == 0 then return end
  local app, name = app_and_name(channel)
  local totals = base .. ':c:' .. app
  local total = redis.call('HINCRBY', totals, name, difference)
  local before = total - difference
  if total <= 0 then redis.call('HDEL', totals, name) end
  if before <= 0 and total > 0 then
    announce(1, channel)
    if not is_quiet then hook('channel_occupied', channel) end
  end
  local first = string.sub(name, 1, 1)
  if first ~= '#' and string.sub(name, 1, 9) ~= 'presence-' then announce_counted(channel, math.max(total, 0)) end
  if before > 0 and total <= 0 then
    announce(2, channel)
    if not is_quiet then hook('channel_vacated', channel) end
  end
end

-- The node holds so many subscriptions of the channel. What `previous` held of it becomes the node's own.
local function hold(node, previous, channel, count, is_quiet)
  local held = base .. ':n:' .. node
  local old = tonumber(redis.call('HGET', held, channel) or 0)
  if previous ~= '' then
    local theirs = base .. ':n:' .. previous
    old = old + tonumber(redis.call('HGET', theirs, channel) or 0)
    if redis.call('HEXISTS', theirs, channel) == 1 then
      redis.call('HSET', theirs, channel, 0)
      forget_if_empty(previous, channel)
    end
  end
  redis.call('HSET', held, channel, count)
  if count == 0 then forget_if_empty(node, channel) end
  change_total(channel, count - old, is_quiet)
end

-- One node less holds the user's seat.
local function release_seat(channel, user)
  local keepers = base .. ':k:' .. channel
  local others = tonumber(redis.call('HGET', keepers, user) or 0)
  if others > 1 then return redis.call('HINCRBY', keepers, user, -1) end
  if others == 1 then return redis.call('HDEL', keepers, user) end
  local roster = base .. ':r:' .. channel
  if redis.call('HDEL', roster, user) == 0 then return end
  announce_member(5, channel, user, '')
  hook('member_removed', channel, user)
  if redis.call('EXISTS', roster) == 0 then redis.call('HDEL', base .. ':v', channel) end
end

local function leave(node, channel, user)
  if redis.call('SREM', base .. ':s:' .. node .. '/' .. channel, user) == 0 then return end
  release_seat(channel, user)
  forget_if_empty(node, channel)
end

-- The node holds the user's seat; `false` when the user would be a new one above the maximum. A negative maximum is none.
local function take(node, previous, channel, user, info, max, is_quiet)
  local own = base .. ':s:' .. node .. '/' .. channel
  if redis.call('SISMEMBER', own, user) == 1 then return true end
  local roster = base .. ':r:' .. channel
  local is_known = redis.call('HEXISTS', roster, user) == 1
  if not is_known and max >= 0 and redis.call('HLEN', roster) >= max then return false end
  redis.call('SADD', own, user)
  redis.call('HSETNX', base .. ':n:' .. node, channel, 0)
  if previous ~= '' and redis.call('SREM', base .. ':s:' .. previous .. '/' .. channel, user) == 1 then
    forget_if_empty(previous, channel)
  elseif is_known then
    redis.call('HINCRBY', base .. ':k:' .. channel, user, 1)
  else
    redis.call('HSET', roster, user, info)
    announce_member(4, channel, user, info)
    if not is_quiet then hook('member_added', channel, user) end
  end
  return true
end

local function snapshot(channel)
  local version = tonumber(redis.call('HGET', base .. ':v', channel) or 0)
  return { channel, version, redis.call('HGETALL', base .. ':r:' .. channel) }
end
