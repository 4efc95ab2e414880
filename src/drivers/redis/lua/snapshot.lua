-- Reads rosters as of one number. Stops after some members: whoever asked for more asks again.
-- ARGV: node, channels.

local max_members = 5000

if not is_registered(ARGV[1]) then return { 'UNREGISTERED' } end
local rosters, members = {}, 0
for index = 2, #ARGV do
  if members > max_members then break end
  rosters[index - 1] = snapshot(ARGV[index])
  members = members + #rosters[index - 1][3] / 2
end
return { 'OK', current_sequence(), rosters }
