import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import type { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import { RecordingRealtimeBroadcaster } from './recording.broadcaster.js';

class Shipped {
  at: Date;
}
class Ping {
  n: number;
}
const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: Shipped, note: Ping },
});
const ping = defineRealtimeChannel({ name: 'ping', scope: 'public', payload: Ping });

describe('RecordingRealtimeBroadcaster', () => {
  it('records calls as they were made, with no module, no gate and no registration', async () => {
    const realtime = new RecordingRealtimeBroadcaster();
    const payload = { at: new Date(0) };
    const port: IRealtimeBroadcaster = realtime;
    await port.broadcast(orders.with({ orderId: '42' }), 'shipped', payload);
    await port.broadcast(ping, { n: 1 });
    expect(realtime.broadcasts).toEqual([
      { channel: 'orders.42', event: 'shipped', payload },
      { channel: 'ping', event: undefined, payload: { n: 1 } },
    ]);
    expect(realtime.payloadsOf('orders.42')[0]).toBe(payload);
    expect(realtime.payloadsOf('orders.7')).toEqual([]);
    realtime.clear();
    expect(realtime.broadcasts).toEqual([]);
  });
});
