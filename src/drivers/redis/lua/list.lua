-- One page of an app's occupied channels. ARGV: node, app, cursor. Answers with the next cursor and, per channel, name, subscriptions, users.

local page_entries = 500

if not is_registered(ARGV[1]) then return { 'UNREGISTERED' } end
local app = ARGV[2]
local page = redis.call('HSCAN', base .. ':c:' .. app, ARGV[3], 'COUNT', page_entries)
local channels = {}
for index = 1, #page[2], 2 do
  local name = page[2][index]
  if string.sub(name, 1, 1) ~= '#' then
    local users = string.sub(name, 1, 9) == 'presence-' and redis.call('HLEN', base .. ':r:' .. app .. '/' .. name) or 0
    channels[#channels + 1] = name
    channels[#channels + 1] = tonumber(page[2][index + 1])
    channels[#channels + 1] = users
  end
end
return { 'OK', page[1], channels }
