-- How messages go out: to every subscriber of one server, or of a server and its replicas.
local publish = 'PUBLISH'
