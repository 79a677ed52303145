// Which options contradict each other, and what does the fault say?
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ChannelDefinitionError, defineRealtimeChannel } from './index.js';

class Note {
  text: string;
}
type Definition = Parameters<typeof defineRealtimeChannel>[0];
const declare = (definition: object) =>
  defineRealtimeChannel({ name: 'x', scope: 'authenticated', ...definition } as unknown as Definition);

const whisper = { payload: Note, whisper: true };
const inbox = { name: 'inbox.{userId}', scope: { userScoped: 'userId' } };
const tab = { name: 'tab.{sessionId}', scope: { sessionScoped: 'sessionId' } };

describe('options that contradict each other', () => {
  it.each([
    [{ history: true, conflate: true }, 'has both history and conflate: a log keeps every event; remove one of them.'],
    [
      { history: { size: 5 }, slowConsumer: 'drop' },
      "has both history and slowConsumer: 'drop': a log has no gaps; remove one of them.",
    ],
    [{ scope: 'public', presence: true }, 'has presence, but anonymous connections are no members; use another scope.'],
    [
      { presence: { setBy: 'member' }, messages: { presence: Note } },
      'declares the message "presence", by which members set their presence data; give it another name.',
    ],
    [
      { snapshot: Note, events: { snapshot: Note } },
      'has both a snapshot and an event named "snapshot"; rename the event.',
    ],
    [
      { snapshot: Note, messages: { snapshot: whisper } },
      'has both a snapshot and a whisper named "snapshot"; rename the whisper.',
    ],
    [{ acks: 'bare' }, "has acks: 'bare' without wire: 'plain'; add it, or remove acks."],
    [
      { events: { typing: null }, messages: { typing: whisper } },
      'declares "typing" as an event and as a whisper, and subscribers could not tell them apart; rename one.',
    ],
    [
      { payload: Note, messages: { message: whisper } },
      'declares "message" as an event and as a whisper, and subscribers could not tell them apart; rename one.',
    ],
  ])('are refused: %j', (definition, sentence) => {
    expect(() => declare(definition)).toThrow(ChannelDefinitionError);
    expect(() => declare(definition)).toThrow(`Channel "x" ${sentence}`);
  });

  it.each([
    ['orders.{orderId}', 'authenticated', 'orderId'],
    ['orders.{orderId}', 'public', 'orderId'],
    ['orders.{orderId}', { role: 'staff' }, 'orderId'],
    ['inbox.{userId}.{box}', { userScoped: 'userId' }, 'box'],
    ['tabs.{tab}.{sessionId}', { sessionScoped: 'sessionId' }, 'tab'],
  ])('are refused: autoSubscribe for %s with the scope %j', (name, scope, param) => {
    expect(() => declare({ name, scope, autoSubscribe: true })).toThrow(
      `Channel "${name}" has autoSubscribe, but a user does not give the param {${param}}; remove it from the name, or scope the channel by it with userScoped or sessionScoped.`,
    );
    expect(declare({ name, scope }).autoSubscribe).toBe(false);
  });

  it.each([
    ['history', { history: true }],
    ['history', { history: { size: 5 } }],
    ['presence', { presence: true }],
    ['snapshot', { snapshot: z.object({}) }],
    ['the whisper "typing"', { messages: { say: Note, typing: whisper } }],
  ])("are refused: wire: 'plain' with %s", (feature, options) => {
    expect(() => declare({ wire: 'plain', ...options })).toThrow(
      `Channel "x" has wire: 'plain', in which ${feature} has no form; remove ${feature}, or remove wire.`,
    );
    expect(() => declare(options)).not.toThrow();
  });
});

describe('options that fit together', () => {
  it.each([
    [{ conflate: true, slowConsumer: 'drop', flush: '100ms' }],
    [{ history: false, conflate: true, slowConsumer: 'drop' }],
    [{ history: true, slowConsumer: 'disconnect', conflate: false }],
    [{ history: true, presence: true, snapshot: Note }],
    [{ scope: 'public', presence: false }],
    [{ presence: true, messages: { presence: Note } }],
    [{ presence: { setBy: 'server' }, messages: { presence: Note } }],
    [{ events: { snapshot: Note } }],
    [{ snapshot: Note, messages: { snapshot: Note } }],
    [{ events: { note: Note }, messages: { note: Note } }],
    [{ events: { said: Note }, messages: { typing: whisper } }],
    [{ wire: 'plain', acks: 'bare', conflate: true, messages: { say: { payload: Note, reply: Note } } }],
    [{ autoSubscribe: true }],
    [{ ...inbox, autoSubscribe: true, wire: 'plain' }],
    [{ ...tab, autoSubscribe: true }],
    [tab],
  ])('are no fault: %j', (definition) => {
    expect(() => declare(definition)).not.toThrow();
  });
});
