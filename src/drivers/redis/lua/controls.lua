-- The orders whose numbers lie between two others, as far as they are not too old to be obeyed.
-- ARGV: both numbers, neither included.

local kept_milliseconds = 300000

local found = redis.call('ZRANGEBYSCORE', base .. ':controls', '(' .. ARGV[1], '(' .. ARGV[2])
local oldest = milliseconds() - kept_milliseconds
local orders = {}
for _, member in ipairs(found) do
  local at, order = string.match(member, '^(%d+) %d+ (.*)$')
  if tonumber(at) >= oldest then orders[#orders + 1] = order end
end
return orders
