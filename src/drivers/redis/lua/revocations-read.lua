-- What was revoked after a number, the oldest first.
-- ARGV: the epoch in which the caller read last, the number up to which it did, the most entries to return.
-- Returns the epoch, and for each entry subject, number, moment and end. In another epoch than the caller's everything is new.

local after = ARGV[2]
if epoch() ~= ARGV[1] then after = '0' end
local found = redis.call('ZRANGEBYSCORE', base .. ':log', '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
local reply = { epoch() }
for index = 1, #found, 2 do
  local subject = found[index]
  reply[#reply + 1] = {
    subject,
    found[index + 1],
    redis.call('HGET', base .. ':entries', subject),
    redis.call('ZSCORE', base .. ':ends', subject),
  }
end
return reply
