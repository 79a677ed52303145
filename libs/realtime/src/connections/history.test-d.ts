// What is inferred of a page of a channel's history, and what must not compile? Checked by tsc, never run.
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import type { IRealtimeHistory } from '../index.js';

const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  events: { said: z.object({ text: z.string(), at: z.date().transform((at) => at.toISOString()) }), calm: null },
  history: { size: 500, ttl: '10m' },
});

export async function pages(history: IRealtimeHistory): Promise<void> {
  const since = await history.position(room.with({ roomId: 'r' }));
  const { events, position } = await history.read(room.with({ roomId: 'r' }), { since, limit: 50 });
  const offset: number = position.offset;
  for (const each of events) {
    if (each.event === 'said') each.payload.text.toUpperCase();
    // @ts-expect-error the channel declares no such event
    if (each.event === 'gone') return;
  }
  // @ts-expect-error a name is no channel
  await history.position('rooms.r');
  // @ts-expect-error a channel with params needs with()
  await history.read(room);
  // @ts-expect-error an offset alone is no position
  await history.read(room.with({ roomId: 'r' }), { since: offset });
}
