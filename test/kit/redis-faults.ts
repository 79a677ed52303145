// What does a broker say about a Redis that it cannot use?
import { RedisRealtimeBroker, type RedisBrokerOptions } from 'nestjs-realtime/redis';
import { RecordingSink } from './broker-sink.js';

/** The fault that stops the boot, or `none`. */
export async function faultOf(options: RedisBrokerOptions): Promise<string> {
  const broker = new RedisRealtimeBroker(options);
  try {
    await broker.start(new RecordingSink());
  } catch (error) {
    return (error as Error).message;
  }
  await broker.stop();
  return 'none';
}
