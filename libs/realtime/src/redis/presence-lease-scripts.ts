// Whose members stay, and who takes out the others? Kept in Redis by its own clock.
import { script } from './script.js';
import { PRELUDE } from './script-prelude.js';

const NOW = `${PRELUDE}own(KEYS[1], 'zset')
`;

/**
 * KEYS: leases, dead nodes, sweeper. ARGV: node, lease in milliseconds, whether it is the first beat, whether the node may sweep, how many
 * nodes it takes at most. A lease that is over and still there is renewed, because no node has taken it. Returns whether the node is
 * forgotten, and dead nodes whose members it has to take out.
 */
export const PRESENCE_BEAT = script(
  'presence-beat',
  `${NOW}
own(KEYS[2], 'zset')
own(KEYS[3], 'string')
if ARGV[3] ~= '1' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  redis.call('ZADD', KEYS[2], now, ARGV[1])
  return { 1, {} }
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
if ARGV[4] ~= '1' then return { 0, {} } end
if redis.call('PTTL', KEYS[3]) == -1 then redis.call('DEL', KEYS[3]) end
if redis.call('GET', KEYS[3]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[3], ARGV[2])
elseif not redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return { 0, {} }
end
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', KEYS[1], node)
  redis.call('ZADD', KEYS[2], now, node)
end
return { 0, redis.call('ZRANGE', KEYS[2], 0, ARGV[5] - 1) }
`,
);

/** KEYS: leases. Returns the nodes whose members stay. */
export const PRESENCE_LIVE = script(
  'presence-live',
  `${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf', 'LIMIT', 0, 10000)
`,
);
