// What do clients do, and what happens to them? One action at a time for each client, chosen by chance.
import fc from 'fast-check';
import type { FixtureProcess } from '../fixture/fixture.process.js';
import { hostileFrames } from '../fuzz/hostile-frames.js';
import type { Chance } from '../kit/chance.js';
import { PER_PUBLICATION, type Model } from './model.js';
import type { SoakClient } from './soak-client.js';

export const ROOMS = Array.from({ length: 10 }, (_, i) => `t.room.r${i}`);

const CLIENT_ACTIONS = {
  subscribe: 30,
  unsubscribe: 8,
  echo: 25,
  post: 1,
  junk: 8,
  leave: 8,
  vanish: 4,
  deafen: 2,
};
/** What a client does that does not read. */
const DEAF_ACTIONS = { ask: 10, hear: 3, vanish: 1 };
const FAULTS = { revoke: 20, ban: 3, roles: 12, rooms: 12, expire: 4, logout: 6, outage: 1 };

export class Actions {
  readonly counts: Record<string, number> = {};

  constructor(
    private readonly fixture: FixtureProcess,
    private readonly model: Model,
    private readonly chance: Chance,
    private readonly clients: readonly SoakClient[],
    private readonly users: readonly string[],
  ) {}

  /** One action of one client. A client that is not connected connects. */
  async ofClient(): Promise<void> {
    const client = this.chance.one(this.clients);
    if (client.busy) return;
    client.busy = true;
    try {
      if (client.open && client.connected) await this.act(client);
      else await this.connect(client);
    } finally {
      client.busy = false;
    }
  }

  async publish(): Promise<void> {
    const channel = this.chance.one([
      ...ROOMS,
      't.public',
      't.auth',
      't.admin',
      ...this.users.slice(0, 5).map((id) => `t.user.${id}`),
    ]);
    const [, kind, id] = channel.split('.') as [string, string, string | undefined];
    const address =
      kind === 'room'
        ? { channel: 't.room.{roomId}', params: { roomId: id } }
        : kind === 'user'
          ? { channel: 't.user.{userId}', params: { userId: id } }
          : { channel };
    const payload = { n: this.model.publishing(), text: 'x'.repeat(this.chance.below(400)) };
    await this.fixture.control('/publish', {
      ...address,
      event: 'message',
      payload,
      times: 1 + this.chance.below(PER_PUBLICATION - 1),
      perTick: 10,
    });
    this.count('publish');
  }

  /** A change of authority. One after the other, so that their order is known. */
  async fault(): Promise<void> {
    const name = this.chance.weighted(FAULTS);
    const userId = this.chance.one(this.users);
    const before = this.clients
      .filter((client) => client.userId === userId && client.connected)
      .map((client) => client.authority);
    this.count(name);
    switch (name) {
      case 'revoke': {
        const channel = this.chance.one([...ROOMS, 't.auth', `t.user.${userId}`]);
        await this.fixture.control('/revoke', { userId, channel });
        for (const connection of before) this.model.out(connection, channel);
        return;
      }
      case 'ban': {
        await this.fixture.control('/ban', { userId });
        const end = this.model.now();
        for (const connection of before) connection.endedAt ??= end;
        return;
      }
      case 'roles': {
        const roles = this.chance.next() < 0.5 ? ['admin'] : [];
        if (roles.length > 0) this.model.granting(userId);
        await this.fixture.control('/roles', { userId, roles });
        if (roles.length === 0) this.model.withdrawn(userId);
        return;
      }
      case 'rooms': {
        const channel = this.chance.one(ROOMS);
        const open = this.chance.next() < 0.6;
        if (open) this.model.opening(channel);
        await this.fixture.control('/rooms', { roomId: channel.slice('t.room.'.length), open });
        if (!open) this.model.shut(channel);
        return;
      }
      case 'expire':
      case 'logout':
        return this.endSession(name);
      case 'outage': {
        await this.fixture.control('/auth', {
          mode: this.chance.one(['throw', 'reject', 'hang', 'undefined']),
          delayMs: 0,
        });
        for (let i = 0; i < 20; i++) await this.publish();
        await this.fixture.control('/auth', { mode: 'ok', delayMs: this.chance.below(5) });
        return;
      }
    }
  }

  private async endSession(name: 'expire' | 'logout'): Promise<void> {
    const known = this.clients.filter(({ session }) => session !== null);
    if (known.length === 0) return;
    const client = this.chance.one(known);
    const { session, authority, connected, busy } = client;
    const inMs = this.chance.below(1_000);
    await this.fixture.control(`/${name}`, { session, inMs });
    if (!connected || busy || authority !== client.authority) return;
    if (name === 'logout') authority.endedAt ??= this.model.now();
    else authority.expiresBy = performance.now() + inMs;
  }

  private async act(client: SoakClient): Promise<void> {
    const action = client.deaf ? this.chance.weighted(DEAF_ACTIONS) : this.chance.weighted(CLIENT_ACTIONS);
    this.count(action);
    switch (action) {
      case 'ask':
        return client.send(
          `421["rt:message",{"channel":"t.auth","event":"raw","payload":{"x":"${'x'.repeat(20_000)}"}}]`,
        );
      case 'subscribe':
        return client.subscribe(this.channels());
      case 'unsubscribe':
        return client.unsubscribe(this.channels()[0]);
      case 'echo':
      case 'post':
        await client.request(`["rt:message",{"channel":"t.auth","event":"${action}","payload":{"text":"soak"}}]`);
        return;
      case 'junk':
        client.authority.wild = true;
        for (const { frames } of fc.sample(hostileFrames, { seed: this.chance.below(2 ** 31), numRuns: 5 })) {
          for (const frame of frames) client.send(frame);
        }
        return;
      case 'leave':
      case 'vanish':
        return client.close(action === 'vanish');
      case 'deafen':
      case 'hear':
        return client.deafen(action === 'deafen');
    }
  }

  private async connect(client: SoakClient): Promise<void> {
    await client.close(true);
    // an ended session is replaced, and its remains are removed
    if (client.userId !== null && (client.session === null || this.chance.next() < 0.3)) {
      if (client.session !== null) await this.fixture.control('/logout', { session: client.session });
      const roles = this.model.isAdmin(client.userId) ? ['admin'] : [];
      client.session = await this.fixture.login(client.userId, ...roles);
    }
    await client.connect();
    if (client.connected) await client.subscribe(this.channels());
    this.count('connect');
  }

  private channels(): string[] {
    const all = [...ROOMS, 't.public', 't.auth', 't.admin', `t.user.${this.chance.one(this.users.slice(0, 5))}`];
    return [...new Set(Array.from({ length: 1 + this.chance.below(4) }, () => this.chance.one(all)))];
  }

  private count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}
