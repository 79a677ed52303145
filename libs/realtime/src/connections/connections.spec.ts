import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type ChannelAddress, defineRealtimeChannel } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { RealtimeException } from '../realtime.exception.js';
import { type ChannelMatch, matchOf as match } from './channel-match.js';
import { MemberChannel } from './channel.membership.js';
import { LiveConnection } from './live.connection.js';
import { type HandlerVoice, type MessageAuthority, MessageRequest } from './message-request.js';
import type { RegisteredChannel } from './registered-channel.js';
import { Subscriptions } from './subscriptions.js';

class Connection extends LiveConnection {
  readonly moves: string[] = [];
  readonly notices: unknown[] = [];
  constructor() {
    super('c1');
  }
  override get handshake(): RealtimeHandshake {
    return { auth: {}, cookies: {}, query: {}, headers: {}, address: '127.0.0.1' };
  }
  override acceptAuth(): void {
    this.moves.push('auth');
  }
  override get client(): unknown {
    return this;
  }
  protected override enter(match: ChannelMatch): ChannelMatch {
    this.moves.push(`+${match.name}`);
    return match;
  }
  protected override exit({ name }: ChannelAddress): void {
    this.moves.push(`-${name}`);
  }
  protected override notify(frame: string, body: unknown): void {
    this.notices.push([frame, body]);
  }
  override disconnect(): void {
    this.notices.push('disconnect');
  }
  override replay(): Promise<void> {
    return Promise.resolve();
  }
  override cutOff(): void {}
}

class Shipped {
  at: string;
}
const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'public',
  events: { shipped: Shipped },
  messages: { add: Shipped },
});
const registered: RegisteredChannel = {
  descriptor: orders,
  place: 'the spec',
  events: new Map(),
  messages: new Map(),
  log: null,
  snapshot: null,
  presence: null,
  guards: [],
  guardNames: new Set(),
};
const matchOf = (name: string): ChannelMatch => match(registered, name, orders.template.match(name)!);

describe('a message', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const voiceOf = () => ({
    broadcast: jest.fn<HandlerVoice['broadcast']>().mockResolvedValue(),
    send: jest.fn<HandlerVoice['send']>().mockResolvedValue(),
  });
  const authorityWith = (voice: HandlerVoice): MessageAuthority => ({
    voice,
    watch: jest.fn(),
    confirm: jest.fn<() => boolean>().mockReturnValue(false),
    objection: ({ aborted }) => (aborted instanceof RealtimeException ? aborted : null),
  });
  const context = (connection: Connection, voice: HandlerVoice = voiceOf()) =>
    new MessageRequest(
      connection,
      { channel: 'orders.42', message: 'add', payload: { at: '' } },
      matchOf('orders.42'),
      authorityWith(voice),
    );
  const address = { descriptor: orders, name: 'orders.42', params: { orderId: '42' } };

  it('knows the sender and the channel', () => {
    const connection = new Connection();
    const of = context(connection);
    expect([of.userId, of.user, of.roles]).toEqual([null, null, []]);
    connection.user = { userId: 'ada', roles: ['admin'] };
    expect([of.userId, of.user, of.roles]).toEqual(['ada', connection.user, ['admin']]);
    expect(of).toMatchObject({ gate: 'message', message: 'add', event: null, connectionId: 'c1' });
    expect([of.channel, of.params, of.descriptor]).toEqual([address, { orderId: '42' }, orders]);
    expect(of.connection).toBe(connection.view);
  });

  it('has no channel and no params if its connection is not subscribed', () => {
    const inbound = { channel: 'orders.42', message: 'add', payload: 1 };
    const of = new MessageRequest(new Connection(), inbound, null, authorityWith(voiceOf()));
    expect([of.channel, of.descriptor, of.params, of.channelName]).toEqual([null, null, {}, 'orders.42']);
  });

  it('broadcasts on its own channel and sends to its own connection', async () => {
    const voice = voiceOf();
    const of = context(new Connection(), voice);
    await of.broadcast('shipped', { at: 'now' }, { except: 'caller' });
    await of.broadcast('refresh');
    await of.send('shipped', { at: 'now' });
    await of.send('refresh');
    expect(voice.broadcast.mock.calls).toEqual([
      ['c1', address, ['shipped', { at: 'now' }, { except: 'caller' }]],
      ['c1', address, ['refresh']],
    ]);
    expect(voice.send.mock.calls).toEqual([
      ['c1', address, 'shipped', { at: 'now' }],
      ['c1', address, 'refresh', undefined],
    ]);
  });

  it('neither broadcasts nor sends after it was aborted with a refusal, but does after its connection has ended', async () => {
    const voice = voiceOf();
    const gone = context(new Connection(), voice);
    gone.abort(new Error('The connection has ended'));
    await gone.broadcast('shipped', { at: 'now' });
    await gone.send('shipped', { at: 'now' });
    const late = context(new Connection(), voice);
    late.abort(new RealtimeException('TIMEOUT'));
    await expect(late.broadcast('shipped', { at: 'now' })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(late.send('shipped', { at: 'now' })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect([voice.broadcast, voice.send].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it('makes refusals with codes of the application', () => {
    const cause = new Error('why');
    const refusal = context(new Connection()).refusal('TOO_LOW', { data: { minimum: 5 }, retryAfter: '2s', cause });
    expect(refusal).toBeInstanceOf(RealtimeException);
    expect(refusal).toMatchObject({
      code: 'TOO_LOW',
      data: { minimum: 5 },
      retryAfterMs: 2_000,
      retryable: false,
      cause,
    });
  });

  it('is confirmed before its handler begins only if it has waited', () => {
    const of = context(new Connection());
    expect([of.hasWaited, of.mayBegin()]).toEqual([false, true]);
    of.wait();
    expect([of.hasWaited, of.mayBegin()]).toEqual([true, false]);
  });

  it('creates its signal once, when it is first read', () => {
    const Original = AbortController;
    const made = jest.spyOn(globalThis, 'AbortController').mockImplementation(() => new Original());
    const of = context(new Connection());
    expect(made).not.toHaveBeenCalled();
    const { signal } = of;
    expect(signal.aborted).toBe(false);
    expect(of.signal).toBe(signal);
    expect(made).toHaveBeenCalledTimes(1);
  });

  it('has an aborted signal if it was aborted before the first read', () => {
    const of = context(new Connection());
    const reason = new Error('gone');
    of.abort(reason);
    expect(of.signal.aborted).toBe(true);
    expect(of.signal.reason).toBe(reason);
  });

  it('keeps the first reason and aborts once', () => {
    const of = context(new Connection());
    const fired = jest.fn();
    of.signal.addEventListener('abort', fired);
    const first = new Error('first');
    of.abort(first);
    of.abort(new Error('second'));
    expect(of.signal.reason).toBe(first);
    expect(fired).toHaveBeenCalledTimes(1);
  });
});

describe('a connection', () => {
  it('receives broadcasts from join to leave', () => {
    const connection = new Connection();
    connection.join(matchOf('orders.42'));
    expect(connection.subscriptions.get('orders.42')).toEqual(matchOf('orders.42'));
    expect(connection.leave('orders.42')).toEqual(matchOf('orders.42'));
    expect(connection.leave('orders.42')).toBeNull();
    expect(connection.moves).toEqual(['+orders.42', '-orders.42']);
    expect(connection.notices).toEqual([]);
  });

  it('notifies the client once of a subscription that the server ends', () => {
    const connection = new Connection();
    connection.join(matchOf('orders.1'));
    connection.join(matchOf('orders.2'));
    expect(connection.evict('orders.1', 'REVOKED')).toEqual(matchOf('orders.1'));
    expect(connection.evict('orders.1', 'REVOKED')).toBeNull();
    connection.evict('orders.2', 'EXPIRED', true);
    expect(connection.notices).toEqual([
      ['rt:evicted', { channel: 'orders.1', code: 'REVOKED', retryable: false }],
      ['rt:evicted', { channel: 'orders.2', code: 'EXPIRED', retryable: true }],
    ]);
    expect(connection.moves.slice(2)).toEqual(['-orders.1', '-orders.2']);
  });

  it('says goodbye before it closes, and sends no event after that', () => {
    const connection = new Connection();
    connection.establish();
    connection.join(matchOf('orders.1'));
    connection.warnOfExpiry(new Date(0));
    connection.goodbye({ code: 'REVOKED', reconnect: false });
    expect(connection.moves).toEqual(['+orders.1', '-orders.1']);
    expect(connection.notices).toEqual([
      ['rt:expiring', { expiresAt: '1970-01-01T00:00:00.000Z' }],
      ['rt:bye', { code: 'REVOKED', reconnect: false }],
      'disconnect',
    ]);
    connection.end();
    connection.goodbye({ code: 'REVOKED', reconnect: false });
    expect(connection.notices).toHaveLength(3);
  });

  it('says the first goodbye of before once it is established, and then is not', () => {
    const connection = new Connection();
    connection.goodbye({ code: 'REVOKED', reconnect: false });
    connection.goodbye({ code: 'EXPIRED', reconnect: false });
    expect(connection.notices).toEqual([]);
    expect(connection.establish()).toBe(false);
    expect(connection.notices).toEqual([['rt:bye', { code: 'REVOKED', reconnect: false }], 'disconnect']);
    const [ended, other] = [new Connection(), new Connection()];
    ended.end();
    expect([connection, ended, other].map((each) => [each.establish(), each.established])).toEqual([
      [false, false],
      [false, false],
      [true, true],
    ]);
  });

  it('joins no channel and runs no work once it has ended', () => {
    const connection = new Connection();
    connection.join(matchOf('orders.1'));
    const running = { channelName: 'orders.1', abort: jest.fn() };
    const late = { channelName: 'orders.1', abort: jest.fn() };
    connection.begin(running);
    connection.end();
    connection.begin(late);
    expect(connection.closed).toBe(true);
    for (const { abort } of [running, late]) {
      expect(abort).toHaveBeenCalledWith(expect.objectContaining({ message: 'The connection has ended' }));
    }
    connection.join(matchOf('orders.42'));
    expect([...connection.subscriptions]).toEqual([]);
    expect(connection.moves).toEqual(['+orders.1', '-orders.1']);
  });

  it.each([
    ['REVOKED', 'FORBIDDEN'],
    ['EXPIRED', 'UNAUTHENTICATED'],
    ['POLICY', 'FORBIDDEN'],
  ] as const)('aborts running work when it says goodbye with %s', (code, refusal) => {
    const connection = new Connection();
    const running = { channelName: 'orders.1', abort: jest.fn() };
    connection.establish();
    connection.begin(running);
    connection.announceEnd({ code: 'SHUTDOWN', reconnect: true });
    expect(running.abort).not.toHaveBeenCalled();
    connection.goodbye({ code, reconnect: false });
    expect(running.abort).toHaveBeenCalledWith(expect.objectContaining({ code: refusal }));
  });

  it('aborts running work on a channel that it is evicted from, and no other work', () => {
    const connection = new Connection();
    const [one, two] = ['orders.1', 'orders.2'].map((channelName) => ({ channelName, abort: jest.fn() }));
    for (const running of [one, two]) {
      connection.join(matchOf(running.channelName));
      connection.begin(running);
    }
    connection.evict('orders.1', 'REVOKED');
    expect(one.abort).toHaveBeenCalledWith(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(two.abort).not.toHaveBeenCalled();
    connection.evict('orders.2', 'EXPIRED', true);
    expect(two.abort).toHaveBeenCalledWith(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('enters a channel once, however often it joins, and no channel after it has said goodbye', () => {
    const connection = new Connection();
    connection.join(matchOf('orders.1'));
    connection.join(matchOf('orders.1'));
    connection.announceEnd({ code: 'SHUTDOWN', reconnect: true });
    connection.join(matchOf('orders.2'));
    expect(connection.moves).toEqual(['+orders.1', '-orders.1']);
    expect(connection.subscriptions.keys()).toEqual(['orders.1', 'orders.2']);
  });

  it('collects the channels that are granted during a task, and none before or after it', async () => {
    const connection = new Connection();
    connection.join(matchOf('orders.1'));
    let seen: ReadonlySet<string> = new Set();
    await connection.collectGrants(async (granted) => {
      seen = granted;
      await setImmediate();
      connection.join(matchOf('orders.1'));
      connection.join(matchOf('orders.2'));
    });
    expect([...seen]).toEqual(['orders.1', 'orders.2']);
    connection.join(matchOf('orders.3'));
    expect([...seen]).toEqual(['orders.1', 'orders.2']);
  });

  it('is idle when the last running work has finished', async () => {
    const connection = new Connection();
    await connection.whenIdle();
    const [one, two] = ['orders.1', 'orders.2'].map((channelName) => ({ channelName, abort: jest.fn() }));
    connection.begin(one);
    connection.begin(two);
    const seen: string[] = [];
    const idle = connection.whenIdle().then(() => seen.push('idle'));
    connection.finish(one);
    await setImmediate();
    expect(seen).toEqual([]);
    connection.finish(two);
    await idle;
    expect(seen).toEqual(['idle']);
  });
});

describe('subscriptions', () => {
  it('behave as a map, for few and many entries', () => {
    const operation = fc.record({ add: fc.boolean(), name: fc.nat(40).map((n) => `orders.${n}`) });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
        const subscriptions = new Subscriptions();
        const model = new Map<string, ChannelMatch>();
        for (const { add, name } of operations) {
          if (add && !model.has(name)) {
            const channel = matchOf(name);
            model.set(name, channel);
            subscriptions.add(channel);
          } else if (!add) {
            model.delete(name);
            subscriptions.delete(name);
          }
          expect(subscriptions.get(name)).toBe(model.get(name));
          expect(subscriptions.has(name)).toBe(model.has(name));
          expect(subscriptions.size).toBe(model.size);
        }
        expect([...subscriptions]).toEqual([...model]);
        expect(subscriptions.keys()).toEqual([...model.keys()]);
        expect([...subscriptions.values()]).toEqual([...model.values()]);
      }),
    );
  });
});

describe('a channel with members', () => {
  it('is the match of its first member, and makes its params once, when they are first read', () => {
    const template = jest.spyOn(orders.template, 'match');
    const first = matchOf('orders.42');
    template.mockClear();
    const channel = new MemberChannel(first);
    expect(template).not.toHaveBeenCalled();
    expect([channel.name, channel.descriptor, channel.registered]).toEqual(['orders.42', orders, registered]);
    expect(channel.params).toEqual(first.params);
    expect(channel.params).toBe(channel.params);
    expect(channel.address).toEqual({ descriptor: orders, name: 'orders.42', params: { orderId: '42' } });
    expect(template).toHaveBeenCalledTimes(1);
    template.mockRestore();
  });
});
