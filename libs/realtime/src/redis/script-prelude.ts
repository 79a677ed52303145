// What do scripts about leases begin with? The time of Redis, and a way to drop a key whose type is not ours.

/** A key of another type was written by a stranger. */
export const PRELUDE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function own(key, type)
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= type then redis.call('DEL', key) end
end
`;
