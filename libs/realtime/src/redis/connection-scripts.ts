// How many connections has a user on all nodes that live? A sorted set for each user, beside the leases of the nodes.
import { script } from './script.js';

/** Far longer than any connection stays without another one of its user. Each new connection begins it again. */
const KEPT = 30 * 86_400_000;

/**
 * KEYS: leases, the user's connections by when they came. ARGV: node, connection, most, what happens to one more. Returns 0 where it was
 * refused, else 1 and the connections that have to give way, oldest first.
 */
export const NOTE_CONNECTION = script(
  'note-connection',
  `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= 'zset' then redis.call('DEL', key) end
end
local alive, held = { [ARGV[1]] = true }, {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local node = string.match(name, '^(%S+) %S+$')
  if node and alive[node] == nil then
    local ends = redis.call('ZSCORE', KEYS[1], node)
    alive[node] = ends and tonumber(ends) >= now or false
  end
  if node and alive[node] then table.insert(held, name) else redis.call('ZREM', KEYS[2], name) end
end
local excess = #held + 1 - ARGV[3]
if excess > 0 and ARGV[4] == 'refuse' then return { 0 } end
local reply = { 1 }
for place = 1, math.min(excess, #held) do
  redis.call('ZREM', KEYS[2], held[place])
  table.insert(reply, string.match(held[place], '%S+$'))
end
redis.call('ZADD', KEYS[2], now, ARGV[1] .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[2], ${KEPT})
return reply
`,
);
