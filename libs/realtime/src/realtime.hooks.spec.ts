// What happens to what listeners of hooks return, throw and reject with?
import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RealtimeConnection } from './connections/realtime.connection.js';
import { RealtimeOptions } from './realtime.options.js';
import { HOOKS, type RealtimeHookEvents, RealtimeHooks } from './realtime.hooks.js';

const connection = { connectionId: 'c1' } as RealtimeConnection;

describe('the hooks', () => {
  let hooks: RealtimeHooks;
  let logged: jest.SpiedFunction<Logger['error']>;
  const told = () => logged.mock.calls.map(([line, stack]) => `${line}: ${String(stack).trim().split('\n')[0]}`);

  beforeEach(() => {
    hooks = new RealtimeHooks();
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => void jest.restoreAllMocks());

  it('call every listener in order with one event, until it is removed', () => {
    const heard: unknown[] = [];
    const off = hooks.on('connected', (event) => heard.push(['first', event]));
    hooks.on('connected', (event) => heard.push(['second', event]));
    hooks.on('disconnected', () => heard.push('another hook'));
    const event = { connection };
    hooks.emit('connected', () => event);
    off();
    off();
    hooks.emit('connected', () => event);
    expect(heard).toEqual([
      ['first', event],
      ['second', event],
      ['second', event],
    ]);
  });

  it('say on which node it happened', () => {
    const heard: string[] = [];
    const options = Object.assign(new RealtimeOptions(), { nodeId: 'web-1-abcdef' });
    const named = new RealtimeHooks(options);
    named.on('connected', ({ nodeId }) => heard.push(nodeId));
    named.emit('connected', () => ({ connection }));
    expect(heard).toEqual(['web-1-abcdef']);
  });

  it('make no event without a listener, and know whether there is one', () => {
    const make = jest.fn(() => ({ connection }));
    hooks.emit('connected', make);
    expect(hooks.hears('connected')).toBe(false);
    const off = hooks.on('connected', () => undefined);
    expect(hooks.hears('connected')).toBe(true);
    off();
    hooks.emit('connected', make);
    expect(hooks.hears('connected')).toBe(false);
    expect(make).not.toHaveBeenCalled();
  });

  it('let a listener remove itself and others while it is called', () => {
    const heard: string[] = [];
    const offs = [
      hooks.on('connected', () => {
        heard.push('first');
        for (const off of offs) off();
      }),
      hooks.on('connected', () => heard.push('second')),
    ];
    hooks.emit('connected', () => ({ connection }));
    hooks.emit('connected', () => ({ connection }));
    expect(heard).toEqual(['first', 'second']);
  });

  it('tell every listener of one event before the next, which a listener may have caused', () => {
    const heard: string[] = [];
    hooks.on('subscribed', () => hooks.emit('disconnected', () => ({ connection, reason: 'by a listener' })));
    hooks.on('subscribed', () => heard.push('subscribed'));
    hooks.on('disconnected', () => hooks.emit('connected', () => ({ connection })));
    hooks.on('disconnected', () => heard.push('disconnected'));
    hooks.on('connected', () => heard.push('connected'));
    const channel = {} as RealtimeHookEvents['subscribed']['channel'];
    for (let n = 0; n < 2; n++) hooks.emit('subscribed', () => ({ connection, channel, by: 'client' }));
    expect(heard).toEqual(['subscribed', 'disconnected', 'connected', 'subscribed', 'disconnected', 'connected']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a broken listener');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('a broken listener'))],
    ['rejects later', () => setImmediate().then(() => Promise.reject(new Error('a broken listener')))],
    [
      'returns the promise of a library, which rejects',
      () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('a broken listener')) }),
    ],
  ])('log what a listener of any hook does that %s, once, and call the others', async (_how, broken) => {
    const heard: string[] = [];
    for (const name of HOOKS) {
      hooks.on(name, broken);
      hooks.on(name, () => heard.push(name));
      for (let n = 0; n < 2; n++) hooks.emit(name, () => ({ connection }));
    }
    expect(heard).toEqual(HOOKS.flatMap((name) => [name, name]));
    await setImmediate();
    await setImmediate();
    expect(told()).toEqual(HOOKS.map((name) => `A listener of the hook "${name}" threw: Error: a broken listener`));
  });

  it('ignore what a listener returns', () => {
    for (const value of [undefined, null, 0, { then: 1 }, Promise.resolve(1)]) hooks.on('connected', () => value);
    expect(() => hooks.emit('connected', () => ({ connection }))).not.toThrow();
    expect(told()).toEqual([]);
  });

  it('know the cause of what runs now, until its first await', async () => {
    const [outer, inner] = [{}, {}];
    const seen: unknown[] = [];
    await hooks.causing(outer, async () => {
      hooks.causing(inner, () => seen.push(hooks.cause));
      seen.push(hooks.cause);
      await setImmediate();
      seen.push(hooks.cause);
    });
    expect(seen).toEqual([inner, outer, null]);
    expect(() =>
      hooks.causing(outer, () => {
        throw new Error('failed');
      }),
    ).toThrow('failed');
    expect(hooks.cause).toBeNull();
  });
});
