-- Numbers a batch and sends it to every node. A plain PUBLISH would also succeed on a replica, where nothing can be numbered.
-- ARGV: the message without its number; a key under which it is published once, or an empty text; then the orders in it, which are kept for nodes
-- that missed them.

local kept_milliseconds = 300000
local max_controls = 10000

local once_milliseconds = 120000

-- The caller asks again because it got no answer: what it wants has happened.
if ARGV[2] ~= '' and not redis.call('SET', base .. ':once:' .. ARGV[2], '1', 'NX', 'PX', once_milliseconds) then
  return 'REPEATED'
end

local sequence = next_sequence()
redis.call(publish, topic, struct.pack('>BBd', 1, 1, sequence) .. ARGV[1])
if #ARGV > 2 then
  local controls = base .. ':controls'
  local now = text(milliseconds())
  for index = 3, #ARGV do
    redis.call('ZADD', controls, text(sequence), now .. ' ' .. index .. ' ' .. ARGV[index])
  end
  redis.call('PEXPIRE', controls, kept_milliseconds)
  redis.call('ZREMRANGEBYRANK', controls, 0, -max_controls - 1)
end
return sequence
