-- Tells what a node does not know. ARGV: node, then per channel its name and, for a roster, the number of its last change, else '' and its total.
-- Answers with the sequence and, per channel that differs, its number and its total.

if not is_registered(ARGV[1]) then return { 'UNREGISTERED' } end
local different = {}
for index = 2, #ARGV, 3 do
  local channel, version = ARGV[index], ARGV[index + 1]
  if version ~= '' then
    if (redis.call('HGET', base .. ':v', channel) or '0') ~= version then different[#different + 1] = { (index - 2) / 3, 0 } end
  else
    local app, name = app_and_name(channel)
    local total = tonumber(redis.call('HGET', base .. ':c:' .. app, name) or 0)
    if total ~= tonumber(ARGV[index + 2]) then different[#different + 1] = { (index - 2) / 3, total } end
  end
end
return { 'OK', current_sequence(), different }
