// Which nodes live, and how far has each got with the commands? Kept in Redis by its own clock.
import { script } from './script.js';
import { PRELUDE } from './script-prelude.js';

/** A key of another type was written by a stranger, and so was a lease that lasts much longer than any node asks for. */
const NOW = `${PRELUDE}own(KEYS[1], 'zset')
own(KEYS[2], 'hash')
`;

/**
 * KEYS: leases, positions, reports, whether a node asks for reports. ARGV: node, lease in milliseconds, position, whether it is the first
 * beat, report or "". Returns whether the lease was over, how many nodes live, and whether a node asks.
 */
export const BEAT = script(
  'beat',
  `${NOW}
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
local isOver = ARGV[4] ~= '1' and (not ends or tonumber(ends) < now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
if ARGV[5] ~= '' then
  own(KEYS[3], 'hash')
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[5])
  redis.call('PEXPIRE', KEYS[3], 6 * ARGV[2])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + 60 * ARGV[2], '+inf')
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - 60 * ARGV[2], 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[1], node)
  redis.call('HDEL', KEYS[2], node)
  own(KEYS[3], 'hash')
  redis.call('HDEL', KEYS[3], node)
end
return { isOver and 1 or 0, redis.call('ZCOUNT', KEYS[1], now, '+inf'), redis.call('EXISTS', KEYS[4]) }
`,
);

/**
 * KEYS: as of a beat. ARGV: how long the nodes tell their reports from now on, in milliseconds; how many nodes are returned at most; how many
 * bytes a report may have. Returns node and report, or false, in turns.
 */
export const NODES = script(
  'nodes',
  `${NOW}
own(KEYS[3], 'hash')
redis.call('SET', KEYS[4], '1', 'PX', ARGV[1])
local found = {}
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf', 'LIMIT', 0, ARGV[2])) do
  local report = #node <= 128 and redis.call('HSTRLEN', KEYS[3], node) <= tonumber(ARGV[3]) and redis.call('HGET', KEYS[3], node)
  table.insert(found, node)
  table.insert(found, report or false)
end
return found
`,
);

/** No node waits for a name that no node can have. KEYS: leases, positions. ARGV: the node that asks, epoch, offset. Returns the live nodes that have got there, and those that have not. */
export const WAITING = script(
  'waiting',
  `${NOW}
local acknowledged, missing = {}, {}
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
  if node ~= ARGV[1] and #node <= 128 and string.find(node, '^[%w_.@:-]+$') then
    local e, s = string.match(redis.call('HGET', KEYS[2], node) or '', '^([%w_-]+) (%d+)$')
    local isThere = e == ARGV[2] and tonumber(s) >= tonumber(ARGV[3])
    table.insert(isThere and acknowledged or missing, node)
  end
end
return { acknowledged, missing }
`,
);
