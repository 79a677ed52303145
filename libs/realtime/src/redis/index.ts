export { RedisRealtimeBroker, type RedisBrokerStats } from './redis.broker.js';
export type { RedisBrokerOptions, RedisTls } from './redis.options.js';
