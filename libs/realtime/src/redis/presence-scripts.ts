// How does Redis keep who is where? In one atomic script for each thing that a node does with it.
import { script } from './script.js';

/** A key of another type was written by a stranger. */
const OWN = `
local function own(key, type)
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= type then redis.call('DEL', key) end
end
`;

/**
 * Versions are times of Redis in microseconds, so that none comes twice, also where the newest ones are lost. One that cannot be read, or is
 * more than a minute ahead, is none of ours. The version of an empty channel is kept for a minute, so that a diff that is late is known to be
 * old. The counts of a channel follow from the members of its nodes, so they can be made again.
 */
const CHANNEL = `${OWN}
local version, users, nodes = KEYS[1], KEYS[2], KEYS[3]
own(users, 'hash')
own(nodes, 'set')
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function current()
  local found = redis.pcall('GET', version)
  if type(found) ~= 'string' or #found > 16 or not string.find(found, '^[1-9]%d*$') then return 0 end
  return tonumber(found) <= now + 60000000 and tonumber(found) or 0
end
local function membersOf(prefix, node, command)
  local found = redis.pcall(command, prefix .. node)
  if found.err then
    redis.call('DEL', prefix .. node)
    found = {}
  end
  if #found == 0 then redis.call('SREM', nodes, node) end
  return found
end
local function rebuild(prefix)
  redis.call('DEL', users)
  for _, node in ipairs(redis.call('SMEMBERS', nodes)) do
    for _, user in ipairs(membersOf(prefix, node, 'HKEYS')) do redis.call('HINCRBY', users, user, 1) end
  end
end
`;

/**
 * KEYS: version, users and nodes of the channel, members of the node, channels of the node. ARGV: PUBLISH or SPUBLISH, topic, node, channel,
 * what the keys of members begin with, envelope; then user and entry, or user and "", in turns. Returns the version, who has joined, who has
 * left, and how often the counts had to be made again.
 */
export const PRESENCE_APPLY = script(
  'presence-apply',
  `${CHANNEL}
local members, channels = KEYS[4], KEYS[5]
own(members, 'hash')
own(channels, 'set')
local rebuilt = 0
local function again()
  rebuilt = rebuilt + 1
  rebuild(ARGV[5])
end
if redis.call('EXISTS', users) == 0 and redis.call('SCARD', nodes) > 0 then again() end
local function count(user, by)
  local n = redis.pcall('HINCRBY', users, user, by)
  if type(n) == 'number' and n >= 0 and (by < 0 or n > 0) then return n end
  again()
  return tonumber(redis.call('HGET', users, user) or '0')
end
local function present()
  redis.call('SADD', nodes, ARGV[3])
  redis.call('SADD', channels, ARGV[4])
end
present()
local joined, left = {}, {}
for a = 7, #ARGV, 2 do
  local user = ARGV[a]
  if ARGV[a + 1] ~= '' then
    if redis.call('HSET', members, user, ARGV[a + 1]) == 1 and count(user, 1) == 1 then table.insert(joined, user) end
  elseif redis.call('HDEL', members, user) == 1 and count(user, -1) == 0 then
    redis.call('HDEL', users, user)
    table.insert(left, user)
  end
end
if redis.call('EXISTS', members) == 0 then
  redis.call('SREM', nodes, ARGV[3])
  redis.call('SREM', channels, ARGV[4])
else
  present()
end
local previous = current()
local next = text(math.max(previous + 1, now))
redis.call('SET', version, next)
if redis.call('SCARD', nodes) == 0 then
  redis.call('DEL', users)
  redis.call('PEXPIRE', version, 60000)
end
redis.call(ARGV[1], ARGV[2], 'p ' .. next .. ' ' .. text(previous) .. ' ' .. ARGV[6])
return { next, joined, left, rebuilt }
`,
);

/**
 * KEYS: version, users and nodes of the channel. ARGV: what the keys of members begin with. Returns the version, how many users are counted,
 * and a list of node and members in turns.
 */
export const PRESENCE_READ = script(
  'presence-read',
  `${CHANNEL}
local found = {}
for _, node in ipairs(redis.call('SMEMBERS', nodes)) do
  local entries = membersOf(ARGV[1], node, 'HGETALL')
  if #entries > 0 then
    table.insert(found, node)
    table.insert(found, entries)
  end
end
local at = current()
if #found == 0 then
  redis.call('DEL', users)
elseif at == 0 then
  at = now
  redis.call('SET', version, text(at))
end
return { text(at), redis.call('HLEN', users), found }
`,
);

/** KEYS: version, users and nodes of the channel. ARGV: what the keys of members begin with. Returns how many users there are. */
export const PRESENCE_REBUILD = script(
  'presence-rebuild',
  `${CHANNEL}\nrebuild(ARGV[1])\nreturn redis.call('HLEN', users)`,
);

/** KEYS: versions. Returns each as a text. */
export const PRESENCE_VERSIONS = script(
  'presence-versions',
  `
local versions = {}
for n = 1, #KEYS do
  local found = redis.pcall('GET', KEYS[n])
  versions[n] = type(found) == 'string' and #found <= 16 and string.find(found, '^[1-9]%d*$') and found or '0'
end
return versions
`,
  { keys: 1, head: 0 },
);

/**
 * KEYS per user: the user's nodes, the node's users. ARGV: node; then per user: user, connections. Returns per user "1" where no node had a
 * connection before, "-1" where none has one any more, else "0".
 */
export const ONLINE_APPLY = script(
  'online-apply',
  `${OWN}
local edges = {}
for n = 1, #KEYS / 2 do
  local nodes, users, user, connections = KEYS[2 * n - 1], KEYS[2 * n], ARGV[2 * n], ARGV[2 * n + 1]
  own(nodes, 'hash')
  own(users, 'set')
  edges[n] = '0'
  if connections ~= '0' then
    redis.call('SADD', users, user)
    if redis.call('HSET', nodes, ARGV[1], connections) == 1 and redis.call('HLEN', nodes) == 1 then edges[n] = '1' end
  else
    redis.call('SREM', users, user)
    if redis.call('HDEL', nodes, ARGV[1]) == 1 and redis.call('EXISTS', nodes) == 0 then edges[n] = '-1' end
  end
end
return edges
`,
  { keys: 2, head: 1 },
);

/** KEYS: nodes of users. Returns their names per user. */
export const ONLINE_READ = script(
  'online-read',
  `
local found = {}
for n = 1, #KEYS do
  local nodes = redis.pcall('HKEYS', KEYS[n])
  found[n] = nodes.err and {} or nodes
end
return found
`,
  { keys: 1, head: 0 },
);
