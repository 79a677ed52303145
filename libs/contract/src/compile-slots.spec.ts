// What becomes of the events and messages of a declaration, and which are refused, with which sentence?
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  ChannelDefinitionError,
  defineRealtimeChannel,
  messageOptions,
  type RealtimeChannelDescriptor,
  REFUSALS,
} from './index.js';

class Note {
  text: string;
}
/** As a callable schema of arktype. */
const callable = Object.assign(() => undefined, { '~standard': z.string()['~standard'] });
type Definition = Parameters<typeof defineRealtimeChannel>[0];
const declare = (slots: object): RealtimeChannelDescriptor =>
  defineRealtimeChannel({ name: 'x', scope: 'public', ...slots } as unknown as Definition);
const NO_SCHEMA =
  'give it a class, a Standard Schema, or null if it carries nothing. If you did, an import cycle may have left it undefined.';

describe('a slot', () => {
  it.each([
    ['a class', Note],
    ['a schema', z.string()],
    ['a callable schema', callable],
    ['null', null],
  ])('holds %s', (_what, slot) => {
    const { events, messages } = declare({ events: { a: slot }, messages: { b: slot, c: { payload: slot } } });
    expect([events.a, messages.b, messageOptions(messages.b).payload, messageOptions(messages.c).payload]).toEqual([
      slot,
      slot,
      slot,
      slot,
    ]);
  });

  it('is a schema, and no bag of options, even if it has a field named payload', () => {
    const schema = Object.assign(z.string(), { payload: Note });
    class Wrapped {
      static readonly payload = Note;
    }
    const { messages } = declare({ messages: { a: schema, b: Wrapped } });
    expect([messages.a, messages.b]).toEqual([schema, Wrapped]);
  });

  it.each([
    [{ payload: Note, events: { a: Note } }, 'gives its events twice; keep either payload or events.'],
    [{ message: Note, messages: { a: Note } }, 'gives its messages twice; keep either message or messages.'],
    [{ events: [Note] }, 'has events that are no object; write an object of names and schemas.'],
    [{ messages: Note }, 'has messages that are no object; write an object of names and schemas.'],
    [{ events: null }, 'has events that are no object'],
    [{ events: { a: undefined } }, `has no schema for the event "a"; ${NO_SCHEMA}`],
    [{ events: { a: 42 } }, `has no schema for the event "a"; ${NO_SCHEMA}`],
    [{ events: { a: { payload: Note, whisper: true } } }, `has no schema for the event "a"; ${NO_SCHEMA}`],
    [{ payload: 42 }, `has no schema for the event "message"; ${NO_SCHEMA}`],
    [{ payload: undefined }, `has no schema for the event "message"; ${NO_SCHEMA}`],
    [{ message: undefined }, `has no schema for the message "message"; ${NO_SCHEMA}`],
    [{ messages: { a: 'string' } }, `has no schema for the message "a"; ${NO_SCHEMA}`],
    [{ messages: { a: {} } }, `has no schema for the message "a"; ${NO_SCHEMA}`],
    [{ messages: { a: { payload: undefined } } }, `has no schema for the payload of the message "a"; ${NO_SCHEMA}`],
    [{ messages: { a: { payload: {} } } }, `has no schema for the payload of the message "a"; ${NO_SCHEMA}`],
  ])('is refused in %j', (slots, sentence) => {
    expect(() => declare(slots)).toThrow(ChannelDefinitionError);
    expect(() => declare(slots)).toThrow(`Channel "x" ${sentence}`);
  });
});

describe('the name of an event or a message', () => {
  const legal = ['a', 'line_note-1', 'toString', 'hasOwnProperty', 'connect', 'x'.repeat(64)];

  it.each(legal)('may be %j', (name) => {
    expect(Object.keys(declare({ events: { [name]: Note } }).events)).toEqual([name]);
  });

  it.each(['', 'a.b', 'a\n', 'x'.repeat(65), 'constructor', '__proto__', 'prototype', 'rt:event', 'é'])(
    'may not be %j',
    (name) => {
      for (const [kind, slots] of [
        ['event', 'events'],
        ['message', 'messages'],
      ] as const) {
        expect(() => declare({ [slots]: { [name]: Note } })).toThrow(
          `Channel "x" has the illegal ${kind} name "${name}"; use 1 to 64 of A-Z a-z 0-9 _ -.`,
        );
      }
    },
  );

  it.each(['on_upload success', 'a.b', 'é', 'constructor', 'x'.repeat(64)])("may be %j with wire: 'plain'", (name) => {
    expect(Object.keys(declare({ wire: 'plain', events: { [name]: Note } }).events)).toEqual([name]);
  });

  it.each(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener', 'rt:any'])(
    "may not be %j with wire: 'plain'",
    (name) => {
      for (const [kind, slots] of [
        ['event', 'events'],
        ['message', 'messages'],
      ] as const) {
        expect(() => declare({ wire: 'plain', [slots]: { [name]: Note } })).toThrow(
          `Channel "x" has wire: 'plain' and the ${kind} "${name}", a name of Socket.IO or of the protocol; choose another name.`,
        );
      }
    },
  );

  it.each(['', 'x'.repeat(65), 'a\u0000', 'a\u0085', '__proto__'])(
    "may not be %j with wire: 'plain' either",
    (name) => {
      expect(() => declare({ wire: 'plain', events: { [name]: Note } })).toThrow(
        `has the illegal event name "${name}"; use 1 to 64 characters, none of them control characters.`,
      );
    },
  );
});

describe('the options of a message', () => {
  it('are kept, and frozen', () => {
    const errors = { TOO_LOW: z.object({ minimum: z.number() }), CLOSED: null };
    const limits = { messagesPerSecond: 2, messageBurst: 3, payloadBytes: 100 };
    const { bid, typing } = declare({
      messages: { bid: { payload: Note, errors, reply: Note, limits }, typing: { payload: null, whisper: true } },
    }).messages as Record<string, { errors?: object; limits?: object }>;
    expect(bid).toEqual({ payload: Note, errors, reply: Note, limits });
    expect(typing).toEqual({ payload: null, whisper: true });
    for (const part of [bid, bid.errors, bid.limits, typing]) expect(Object.isFrozen(part)).toBe(true);
    expect(Object.getPrototypeOf(bid.errors)).toBeNull();
  });

  it.each([
    [{ replay: Note }, 'has no option "replay" for the message "a"; the options are payload, errors, reply, whisper,'],
    [
      { reply: null },
      'has no schema for the reply of the message "a"; give it a class or a Standard Schema, or leave reply out.',
    ],
    [{ reply: {} }, 'has no schema for the reply of the message "a"'],
    [{ whisper: false }, 'has whisper: false for the message "a"; write whisper: true, or leave it out.'],
    [
      { whisper: true, reply: Note },
      'forwards the message "a" as a whisper, which no handler answers; remove whisper, or remove errors and reply.',
    ],
    [{ whisper: true, errors: { CLOSED: null } }, 'forwards the message "a" as a whisper, which no handler answers'],
    [
      { errors: ['CLOSED'] },
      'has errors for the message "a" that are no object; write an object of names and schemas.',
    ],
    [
      { errors: { tooLow: null } },
      'has the illegal error code "tooLow" for the message "a"; write it in upper case, such as BID_TOO_LOW.',
    ],
    [{ errors: { ['X'.repeat(65)]: null } }, 'has the illegal error code'],
    [{ errors: { OK: null } }, 'declares the error code "OK" for the message "a", which metrics use for success'],
    [{ errors: { '': null } }, 'has the illegal error code ""'],
    [{ errors: { 'TOO LOW': null } }, 'has the illegal error code "TOO LOW"'],
    [
      { errors: { CLOSED: undefined } },
      `has no schema for the data of the error CLOSED of the message "a"; ${NO_SCHEMA}`,
    ],
    [{ limits: null }, 'has no object for the limits of the message "a"; write { messagesPerSecond: 2 }.'],
    [
      { limits: { messagesPerSecond: -1 } },
      'has messagesPerSecond: -1 in the limits of the message "a"; write a number above 0, or leave it out.',
    ],
    [
      { limits: { payloadDepth: 2 } },
      'has no limit "payloadDepth" in the limits of the message "a"; the limits are messagesPerSecond, messageBurst, payloadBytes.',
    ],
  ])('are refused if they are %j', (options, sentence) => {
    const slots = { messages: { a: { payload: Note, ...options } } };
    expect(() => declare(slots)).toThrow(ChannelDefinitionError);
    expect(() => declare(slots)).toThrow(`Channel "x" ${sentence}`);
  });

  it.each(Object.keys(REFUSALS))('are refused with the error code %s, which is of the protocol', (code) => {
    expect(() => declare({ messages: { a: { payload: Note, errors: { [code]: null } } } })).toThrow(
      `Channel "x" declares the error code "${code}" for the message "a", which the protocol uses itself; choose another code.`,
    );
  });
});
