// How does Redis keep the log of a channel? In one atomic script for each thing that a node does with it.
import type { Message } from './redis-engine.js';
import { script } from './script.js';

/**
 * KEYS per publish: meta, log, idempotency key (meta again if there is none).
 * ARGV: PUBLISH or SPUBLISH, metaTtl, ttl of idempotency keys; then per publish: candidate epoch, tag, envelope, size, ttl, known epoch,
 * known offset, topic.
 * Returns per publish "epoch offset", or "!" and an error. One that fails does not hold up the others. What was published now has the tag
 * of its predecessor behind it.
 */
export const PUBLISH = script(
  'publish',
  `
local function add(log, offset, a)
  return redis.pcall('XADD', log, 'MAXLEN', '=', ARGV[a + 3], text(offset) .. '-0', 't', ARGV[a + 1], 'd', ARGV[a + 2])
end
local function failure(reply) return type(reply) == 'table' and reply.err end
local function publish(k, a)
  local meta, log, key = KEYS[k], KEYS[k + 1], KEYS[k + 2]
  if key ~= meta then
    local known = redis.pcall('GET', key)
    if type(known) == 'string' and #known < 50 and string.find(known, '^[%w_-]+ [1-9]%d*$') then return known end
  end
  local e, s, t = stand(meta)
  if not e or (ARGV[a + 5] == e and tonumber(ARGV[a + 6]) > s) then
    redis.call('DEL', meta, log)
    e, s, t = ARGV[a], 0, ''
  end
  local refused = failure(add(log, s + 1, a))
  if refused then
    local isForeign = string.find(refused, 'WRONGTYPE', 1, true) or string.find(refused, 'XADD', 1, true)
      or string.find(refused, 'last possible ID', 1, true)
    if not isForeign then fail(refused) end
    redis.call('DEL', meta, log)
    e, s, t = ARGV[a], 0, ''
    refused = failure(add(log, 1, a))
    if refused then fail(refused) end
  end
  local offset = text(s + 1)
  local position = e .. ' ' .. offset
  redis.call('HSET', meta, 'e', e, 's', offset, 't', ARGV[a + 1])
  redis.call('PEXPIRE', log, ARGV[a + 4])
  redis.call('PEXPIRE', meta, math.max(tonumber(ARGV[2]), tonumber(ARGV[a + 4])))
  redis.call(ARGV[1], ARGV[a + 7], position .. ' ' .. ARGV[a + 1] .. ' ' .. t .. ' ' .. ARGV[a + 2])
  if key ~= meta then redis.call('SET', key, position, 'PX', ARGV[3]) end
  return position .. ' ' .. t
end
local replies = {}
for n = 0, #KEYS / 3 - 1 do
  local ok, reply = pcall(publish, 3 * n + 1, 8 * n + 4)
  replies[n + 1] = ok and reply or '!' .. (type(reply) == 'table' and reply.err or tostring(reply))
end
return replies
`,
  { keys: 3, head: 3, failed: (error) => `!${error.message}` },
);

/** The frame that one publish has sent, by its arguments and its reply; null if it has sent none. */
export function publishedFrame(args: readonly (string | number)[], reply: string): Message | null {
  const [epoch, offset, prev] = reply.split(' ');
  const [, , , , tag, text, , , , , topic] = args;
  return prev === undefined ? null : [String(topic), `${epoch} ${offset} ${tag} ${prev} ${text}`];
}

/** KEYS: meta, log. ARGV: candidate epoch, first offset or "", limit, metaTtl. Returns epoch, top, tag, and entries as XRANGE does. */
export const READ = script(
  'read',
  `
local e, s, t = stand(KEYS[1])
if not e then
  redis.call('DEL', KEYS[1], KEYS[2])
  e, s, t = ARGV[1], 0, ''
  redis.call('HSET', KEYS[1], 'e', e, 's', '0', 't', '')
end
extend(KEYS[1], ARGV[4], tonumber(ARGV[4]))
local entries = {}
if ARGV[2] ~= '' and tonumber(ARGV[2]) <= s then
  entries = redis.pcall('XRANGE', KEYS[2], ARGV[2] .. '-0', text(s) .. '-0', 'COUNT', ARGV[3])
  if entries.err then entries = {} end
end
return { e, text(s), t, entries }
`,
);

/** KEYS: metas. ARGV: metaTtl. Returns per key "epoch offset", or nil. A log that nodes ask about does not expire. */
export const POSITIONS = script(
  'positions',
  `
local positions = {}
for n = 1, #KEYS do
  local e, s = stand(KEYS[n])
  positions[n] = e and e .. ' ' .. text(s) or false
  if e then extend(KEYS[n], ARGV[1], tonumber(ARGV[1]) / 2) end
end
return positions
`,
  { keys: 1, head: 1 },
);

/** KEYS: meta, log. ARGV: the epoch that has to be over, candidate epoch, metaTtl. */
export const FORK = script(
  'fork',
  `
if stand(KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'e', ARGV[2], 's', '0', 't', '')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`,
);
