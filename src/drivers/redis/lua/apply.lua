-- A node says what it holds, in absolute values. What changes by it is announced and recorded in this same step.
-- ARGV: node, revision of this change, revision of the last one that was answered, id that the node had before or '', and entries:
--   'l' channel user           the seat is left
--   'c' channel count quiet    so many subscriptions
--   't' channel user user_info maximum quiet    the seat is taken
--   'r' channel                the roster is wanted
-- Answers with the sequence, the numbers of the refused 't' entries, and the rosters.

local node, revision, acknowledged, previous = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
if not is_registered(node) then return { 'UNREGISTERED' } end
local stored = tonumber(redis.call('HGET', base .. ':revs', node) or 0)
-- A primary that lost its last writes knows less than it said it knew.
if stored < acknowledged then return { 'LOST' } end
-- A request that was delayed on a connection given up since then must change nothing.
if revision <= stored then return { 'OLD' } end
redis.call('HSET', base .. ':revs', node, text(revision))

announcing_node = node
local refused, wanted = {}, {}
local index, taken = 5, 0
while index <= #ARGV do
  local entry, channel = ARGV[index], ARGV[index + 1]
  if entry == 'l' then
    leave(node, channel, ARGV[index + 2])
    index = index + 3
  elseif entry == 'c' then
    hold(node, previous, channel, tonumber(ARGV[index + 2]), ARGV[index + 3] == '1')
    index = index + 4
  elseif entry == 't' then
    local is_taken = take(node, previous, channel, ARGV[index + 2], ARGV[index + 3], tonumber(ARGV[index + 4]), ARGV[index + 5] == '1')
    if not is_taken then refused[#refused + 1] = taken end
    taken = taken + 1
    index = index + 6
  else
    wanted[#wanted + 1] = channel
    index = index + 2
  end
end
send_announcements()

local rosters = {}
for number, channel in ipairs(wanted) do rosters[number] = snapshot(channel) end
return { 'OK', current_sequence(), refused, rosters }
