// Do the same promises hold over real sockets? A few random storms, judged by what each client was sent.
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChannelAddress } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../../kit/boot.js';
import type { Client } from '../../kit/client.js';
import type { Accounts } from '../accounts.js';
import { bootAuthority, insideChannel, roomChannel, staffChannel } from '../authority-app.js';

const SEED = Number(process.env.INTERLEAVINGS_SEED ?? 20_261_123);
const STORMS = 15;
const USERS = ['ann', 'bob'] as const;
const TARGETS: readonly ChannelAddress[] = [
  insideChannel.with({}),
  staffChannel.with({}),
  roomChannel.with({ roomId: '1' }),
];
const CHANNELS = TARGETS.map(({ name }) => name);

/** The state of one client, derived from the notifications it received, in order. */
class Believer {
  readonly channels = new Set<string>();
  readonly strays: string[] = [];
  heard: string[] = [];

  constructor(
    readonly client: Client,
    readonly user: string,
  ) {
    client.socket.on('rt:evicted', ({ channel }: { channel: string }) => this.channels.delete(channel));
    client.socket.on('rt:event', (channel: string) => {
      this.heard.push(channel);
      if (!this.channels.has(channel)) this.strays.push(channel);
    });
  }

  ask(kind: 'subscribe' | 'unsubscribe', channel: string): Promise<void> {
    return new Promise((resolve) => {
      this.client.socket.emit(`rt:${kind}`, { channel }, ({ ok }: { ok: boolean }) => {
        if (kind === 'subscribe' && ok) this.channels.add(channel);
        else this.channels.delete(channel);
        resolve();
      });
    });
  }
}

const step = fc.record({
  do: fc.constantFrom('subscribe', 'subscribe', 'unsubscribe', 'end', 'endOne', 'flip', 'broadcast', 'hold'),
  who: fc.nat(3),
  channel: fc.nat(CHANNELS.length - 1),
  turn: fc.boolean(),
});

describe('interleavings over real sockets', () => {
  afterEach(closeApps);

  it('every client ends with the subscriptions that it was notified of, and these are the allowed ones', async () => {
    const limits = { messagesPerSecond: 10_000, messageBurst: 10_000 };
    const { app, accounts, connections } = await bootAuthority({ limits });

    async function storm(steps: readonly { do: string; who: number; channel: number; turn: boolean }[]): Promise<void> {
      const believers = await gather(app, accounts);
      const underWay: Promise<unknown>[] = [];
      const held = [accounts.membership.hold()];
      const denied = new Set<string>();
      for (const { do: what, who, channel, turn } of steps) {
        const believer = believers[who];
        if (what === 'subscribe' || what === 'unsubscribe') underWay.push(believer.ask(what, CHANNELS[channel]));
        if (what === 'end') underWay.push(connections.unsubscribe({ userId: believer.user }, TARGETS[channel]));
        if (what === 'endOne') {
          const connectionId = believer.client.socket.id!;
          underWay.push(connections.unsubscribe({ connectionId }, TARGETS[channel]));
        }
        if (what === 'broadcast') underWay.push(app.broadcast(TARGETS[channel], { n: 1 }));
        if (what === 'hold') held.splice(0, 1, accounts.membership.hold())[0].release();
        if (what === 'flip') {
          if (denied.delete(believer.user)) admit(accounts, believer.user);
          else deny(accounts, believer.user, denied);
          underWay.push(connections.reauthorize({ userId: believer.user }));
        }
        if (turn) await new Promise(setImmediate);
      }
      held[0].release();
      await Promise.all(underWay);
      await Promise.all(believers.map(({ client }) => client.settle()));
      for (const believer of believers) believer.heard = [];
      for (const target of TARGETS) await app.broadcast(target, { n: 2 });
      await Promise.all(believers.map(({ client }) => client.settle()));
      for (const { heard, channels, strays, user } of believers) {
        expect(strays).toEqual([]);
        expect([...heard].sort()).toEqual([...channels].sort());
        if (denied.has(user)) expect(heard.filter((name) => name !== 'inside')).toEqual([]);
      }
      expect(app.stats().subscriptions).toBe(believers.reduce((sum, { channels }) => sum + channels.size, 0));
      await app.hangUp();
      expect(app.stats()).toMatchObject({ connections: 0, subscriptions: 0, rooms: 0, inFlight: 0 });
    }

    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), storm), {
      numRuns: STORMS,
      seed: SEED,
      endOnFailure: true,
    });
  });
});

/** Two connections of each user, who may enter everything. */
async function gather(app: TestApp, accounts: Accounts): Promise<Believer[]> {
  for (const user of USERS) admit(accounts, user);
  const names = [...USERS, ...USERS];
  return Promise.all(names.map(async (user) => new Believer(await app.connect({ as: user }), user)));
}

function admit(accounts: Accounts, user: string): void {
  accounts.login(user, user, { roles: ['staff'] });
  accounts.admit(user, '1');
}

function deny(accounts: Accounts, user: string, denied: Set<string>): void {
  accounts.login(user, user);
  accounts.expel(user, '1');
  denied.add(user);
}
