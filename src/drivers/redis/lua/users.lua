-- The users of a presence channel. ARGV: node, channel.

if not is_registered(ARGV[1]) then return { 'UNREGISTERED' } end
return { 'OK', redis.call('HKEYS', base .. ':r:' .. ARGV[2]) }
