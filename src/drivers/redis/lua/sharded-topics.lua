-- How messages go out on a Cluster: within the slot of the partition's keys.
local publish = 'SPUBLISH'
