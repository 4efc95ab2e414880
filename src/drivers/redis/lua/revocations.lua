-- Keeps what was revoked until it ends, and hands it out to every node.
--
--   BASE:meta     epoch, sequence: both begin at the clock's microseconds, so an empty Redis is noticed
--   BASE:entries  subject -> moment up to which tokens are revoked (milliseconds)
--   BASE:log      subject by the number of its last change
--   BASE:ends     subject by its end (milliseconds)
--   BASE:topic    a message for each change: it only wakes
--
-- KEYS: base.

local base = KEYS[1]
local names = { 'meta', 'entries', 'log', 'ends' }

local function text(number)
  return string.format('%.0f', number)
end

local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function epoch()
  return redis.call('HGET', base .. ':meta', 'epoch') or '0'
end
