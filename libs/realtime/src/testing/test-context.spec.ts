import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineRealtimeChannel, RealtimeException, RealtimeFault } from '../index.js';
import { RecordingRealtimeBroadcaster, testContext } from './index.js';

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { noted: z.object({ text: z.string() }), refresh: null },
  messages: { note: { payload: z.string(), errors: { CLOSED: null } } },
});

describe('testContext', () => {
  it('is what a handler gets of a message', async () => {
    const realtime = new RecordingRealtimeBroadcaster();
    const target = orders.with({ orderId: 'a.b' });
    const ctx = testContext(target, { user: { userId: 'ada', roles: ['staff'] }, message: 'note', realtime });
    expect([ctx.userId, ctx.roles, ctx.user.userId, ctx.message]).toEqual(['ada', ['staff'], 'ada', 'note']);
    expect([ctx.params, ctx.channel.name, ctx.connection.connectionId]).toEqual([
      { orderId: 'a.b' },
      target.name,
      ctx.connectionId,
    ]);
    expect(ctx.signal.aborted).toBe(false);
    await ctx.broadcast('noted', { text: 'hi' }, { except: { connectionId: ctx.connectionId } });
    await ctx.send('noted', { text: 'to you' });
    realtime.assertBroadcast(target, 'noted', { text: 'hi' });
    expect(realtime.broadcasts).toMatchObject([
      { payload: { text: 'hi' }, except: [{ connectionId: ctx.connectionId }] },
      { payload: { text: 'to you' }, to: { connectionId: ctx.connectionId } },
    ]);
    expect(ctx.refusal('CLOSED')).toBeInstanceOf(RealtimeException);
  });

  it('has a user unless it is said to have none', () => {
    expect(testContext(orders.with({ orderId: '1' })).userId).toBe('test-user');
    expect(testContext(orders.with({ orderId: '1' }), { user: null }).userId).toBeNull();
  });

  it('needs a concrete channel', () => {
    expect(() => testContext('orders.1' as never)).toThrow(RealtimeFault);
    expect(() => testContext(orders as never)).toThrow('not a concrete name');
  });
});
