// Which messages reach their handler at gate 3, in which order, and what does the sender learn, over a real socket?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { IsInt, IsString } from 'class-validator';
import { defineRealtimeChannel, RealtimeChannel, RealtimeHandler, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Reply } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';

class Note {
  @IsString()
  text: string;
  @IsInt()
  stars: number;
}

const any = z.unknown();
const noteChannel = defineRealtimeChannel({
  name: 'notes.{id}',
  scope: 'public',
  messages: {
    message: any,
    add: { payload: Note, reply: z.boolean() },
    addZod: { payload: z.strictObject({ items: z.array(z.object({ n: z.int() })) }), reply: z.number() },
    idle: any,
  },
});
const otherChannel = defineRealtimeChannel({ name: 'others', scope: 'public', messages: { message: any } });

const received: unknown[] = [];

@RealtimeChannel(noteChannel)
class OnNote {
  @RealtimeHandler()
  plain(payload: unknown): void {
    received.push(payload);
  }
  @RealtimeHandler('add')
  add(note: Note): boolean {
    received.push(note);
    return note instanceof Note;
  }
}

@RealtimeChannel(noteChannel)
class OnNoteToo {
  @RealtimeHandler(noteChannel, 'addZod')
  async add({ items }: { items: { n: number }[] }): Promise<number> {
    return items.reduce((sum, { n }) => sum + n, 0);
  }
}

@RealtimeChannel(otherChannel)
class OnOther {
  @RealtimeHandler()
  handle(): void {}
}

describe('gate 3, message', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })],
      providers: [OnNote, OnNoteToo, OnOther],
    });
  });
  afterEach(async () => {
    received.length = 0;
    await app.hangUp();
  });
  afterAll(closeApps);

  async function onNotes() {
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('notes.1');
    return client;
  }

  const codeOf = (reply: Reply) => reply.error?.code ?? 'OK';

  it('takes a message without an event name as "message"', async () => {
    const client = await onNotes();
    expect(await client.request('rt:message', { channel: 'notes.1', payload: { any: 'thing' } })).toEqual({ ok: true });
    expect(await client.request('rt:message', { channel: 'notes.1' })).toEqual({ ok: true });
    expect(received).toEqual([{ any: 'thing' }, undefined]);
  });

  it('serves one channel by methods of one class and by several classes', async () => {
    const client = await onNotes();
    expect(await client.send('notes.1', 'add', { text: 'a', stars: 1 })).toEqual({ ok: true, data: true });
    expect(await client.send('notes.1', 'addZod', { items: [{ n: 1 }, { n: 2 }] })).toEqual({ ok: true, data: 3 });
  });

  it.each(['nope', '', 'toString', '__proto__', 'constructor', 'idle'])(
    'refuses %j as no message of the channel, declared without a handler or not at all',
    async (event) => {
      const client = await onNotes();
      expect(await client.send('notes.1', event, {})).toEqual({
        ok: false,
        error: { code: 'UNKNOWN_EVENT', message: 'The channel takes no such message.', retryable: false },
      });
    },
  );

  it('sends outsiders the same bytes for a channel that exists and for one that does not', async () => {
    const client = await onNotes();
    const replies = [];
    for (const channel of ['notes.2', 'others', 'results', 'no.such.channel']) {
      for (const event of ['message', 'nope']) replies.push(JSON.stringify(await client.send(channel, event, 1)));
    }
    expect(new Set(replies)).toEqual(
      new Set([
        '{"ok":false,"error":{"code":"NOT_SUBSCRIBED","message":"Subscribe to the channel first.","retryable":false}}',
      ]),
    );
    expect(received).toEqual([]);
  });

  it('takes no message after the client has left the channel', async () => {
    const client = await onNotes();
    await client.unsubscribe('notes.1');
    expect(codeOf(await client.send('notes.1', 'message', 1))).toBe('NOT_SUBSCRIBED');
    expect(received).toEqual([]);
  });

  it('reports where a payload breaks the class that describes it, and not its value', async () => {
    const client = await onNotes();
    const reply = await client.send('notes.1', 'add', { text: 7, stars: 'SECRET', extra: 1 });
    expect(reply.error).toMatchObject({
      code: 'INVALID_PAYLOAD',
      message: 'The payload is not valid.',
      retryable: false,
    });
    expect(reply.error?.issues?.map(({ path }) => path).sort()).toEqual(['extra', 'stars', 'text']);
    expect(JSON.stringify(reply)).not.toContain('SECRET');
    expect(received).toEqual([]);
  });

  it('reports where a payload breaks a Standard Schema, by a dotted path', async () => {
    const client = await onNotes();
    const reply = await client.send('notes.1', 'addZod', { items: [{ n: 1 }, { n: 'x' }] });
    expect(reply.error?.issues).toEqual([{ path: 'items.1.n', message: expect.any(String) }]);
  });

  it('reports at most ten issues', async () => {
    const client = await onNotes();
    const reply = await client.send('notes.1', 'addZod', { items: Array(50).fill({ n: 'x' }) });
    expect(reply.error?.issues).toHaveLength(10);
  });

  it('does the work of a request that asks for no answer, and counts its refusal', async () => {
    const client = await onNotes();
    client.socket.emit('rt:message', { channel: 'notes.1', payload: 'quiet' });
    client.socket.emit('rt:message', { channel: 'notes.1', event: 'nope' });
    client.socket.emit('rt:message', 'malformed');
    const refused = app.record('refused');
    await client.send('notes.1', 'message', 'last');
    await client.settle();
    expect(received).toEqual(['quiet', 'last']);
    expect(refused.map(({ code }) => code)).toEqual(['UNKNOWN_EVENT', 'BAD_REQUEST', 'BAD_REQUEST']);
    expect(app.stats().refusals).toMatchObject({ UNKNOWN_EVENT: expect.any(Number), BAD_REQUEST: expect.any(Number) });
  });
});
