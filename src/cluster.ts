// Is this process the only one, or one of several? The environment says.
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';

/** The Redis that the processes of the demo share; undefined for a process on its own. `NODE_ID` names this one of them. */
export const redisUrl = process.env.REDIS_URL || undefined;

/** The part of `RealtimeModule` that connects the processes. */
export const cluster = redisUrl === undefined ? {} : { broker: new RedisRealtimeBroker({ url: redisUrl }) };
