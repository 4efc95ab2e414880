-- Subscriptions and users of channels. ARGV: node, channels.

if not is_registered(ARGV[1]) then return { 'UNREGISTERED' } end
local counts = {}
for index = 2, #ARGV do
  local app, name = app_and_name(ARGV[index])
  counts[#counts + 1] = tonumber(redis.call('HGET', base .. ':c:' .. app, name) or 0)
  counts[#counts + 1] = redis.call('HLEN', base .. ':r:' .. ARGV[index])
end
return { 'OK', counts }
