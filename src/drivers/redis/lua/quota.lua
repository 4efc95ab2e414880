-- Counts an app's connections per node. What a node sends is absolute, so every call may be repeated.
-- KEYS: hash of node -> 'COUNT:UNTIL' (milliseconds of Redis' clock).
-- ARGV: node, connections it has, connections it wants besides, most connections of the app (-1: any), lease, memory of silent nodes
-- (both in milliseconds).
-- Returns how many it gets, how many the other nodes have, and 1 if some node has fallen silent lately.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held, wanted, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local others, silent = 0, 0
local nodes = redis.call('HGETALL', KEYS[1])
for index = 1, #nodes, 2 do
  if nodes[index] ~= ARGV[1] then
    local count, leased = string.match(nodes[index + 1], '^(%d+):(%d+)$')
    if not leased or tonumber(leased) + ARGV[6] < now then
      redis.call('HDEL', KEYS[1], nodes[index])
    elseif tonumber(leased) < now then
      silent = 1
    else
      others = others + count
    end
  end
end
local granted = wanted
if most >= 0 then granted = math.max(0, math.min(wanted, most - others - held)) end
held = held + granted
if held > 0 then
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%d:%d', held, now + ARGV[5]))
  redis.call('PEXPIRE', KEYS[1], ARGV[5] + ARGV[6])
else
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return {granted, others, silent}
