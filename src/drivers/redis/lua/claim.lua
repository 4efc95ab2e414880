-- After Redis lost its data: what some node remembers and none holds any more is told to the webhooks once, whoever remembers it.
-- ARGV: pairs of channel and user, '' for the channel itself.

local kept_seconds = 300

local claimed = base .. ':claimed'
for index = 1, #ARGV, 2 do
  local channel, user = ARGV[index], ARGV[index + 1]
  local app, name = app_and_name(channel)
  local is_gone
  if user == '' then
    is_gone = redis.call('HEXISTS', base .. ':c:' .. app, name) == 0
  else
    is_gone = redis.call('HEXISTS', base .. ':r:' .. channel, user) == 0
  end
  if is_gone and redis.call('SADD', claimed, channel .. '\0' .. user) == 1 then
    if user == '' then hook('channel_vacated', channel) else hook('member_removed', channel, user) end
  end
end
redis.call('EXPIRE', claimed, kept_seconds)
return 1
