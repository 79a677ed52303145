// Is a payload valid where a constraint of its class is asynchronous, or was registered late? Inbound and outbound, over a real socket.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsString, registerDecorator, ValidateNested } from 'class-validator';
import { defineRealtimeChannel, RealtimeChannel, RealtimeHandler, RealtimeModule } from 'nestjs-realtime';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';

class Author {
  @IsString()
  name: string;
}
class Note {
  @IsString()
  text: string;
}
class Signed {
  @ValidateNested()
  @Type(() => Author)
  author: Author;
}

const notesChannel = defineRealtimeChannel({
  name: 'notes',
  scope: 'public',
  messages: { note: Note, signed: Signed },
  events: { note: Note, signed: Signed },
});
const handled: string[] = [];

@RealtimeChannel(notesChannel)
class OnNote {
  @RealtimeHandler('note')
  note({ text }: Note): void {
    handled.push(text);
  }
  @RealtimeHandler('signed')
  signed({ author }: Signed): void {
    handled.push(author.name);
  }
}

const DENIED = { error: { code: 'INVALID_PAYLOAD' } };

describe('a constraint that is registered after boot', () => {
  let app: TestApp;
  let client: Client;

  beforeAll(async () => {
    app = await boot({ imports: [RealtimeModule.forRoot()], providers: [OnNote] });
    client = await app.connect();
    await client.subscribe('notes');
  });
  afterAll(closeApps);

  it.each([
    ['note', Note, 'text', (value: string) => ({ text: value })],
    ['signed', Author, 'name', (value: string) => ({ author: { name: value } })],
  ] as const)('is asked, though it answers by promise: %s', async (event, target, propertyName, payloadOf) => {
    handled.length = 0;
    expect(await client.send('notes', event, payloadOf('bad'))).toMatchObject({ ok: true });
    registerDecorator({
      target,
      propertyName,
      async: true,
      validator: { validate: async (value: unknown) => value !== 'bad' },
    });
    registerDecorator({
      target,
      propertyName,
      validator: { validate: (value: unknown) => Promise.resolve(value !== 'worse') },
    });
    for (const value of ['bad', 'worse']) {
      expect(await client.send('notes', event, payloadOf(value))).toMatchObject(DENIED);
      await expect(app.broadcast(notesChannel, event, payloadOf(value))).rejects.toThrow('was not sent');
    }
    expect(await client.send('notes', event, payloadOf('good'))).toMatchObject({ ok: true });
    expect(handled).toEqual(['bad', 'good']);
    expect(client.events).toEqual([]);
  });
});
