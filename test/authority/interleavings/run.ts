// Do the library and the model agree on the same story? They run it step by step and are compared after each.
import type { EvictedFrame } from '@nestjs-realtime/contract';
import type { Who } from 'nestjs-realtime';
import { Model, type Member, type Whose } from './model.js';
import { type Channel, Rights, type UserId } from './rights.js';
import { RememberingConnection, type World } from './world.js';

export type Step =
  | { readonly do: 'connect'; readonly slot: number; readonly user: UserId }
  | { readonly do: 'subscribe'; readonly slot: number; readonly channels: readonly Channel[] }
  | { readonly do: 'unsubscribe'; readonly slot: number; readonly channel: Channel }
  | { readonly do: 'message'; readonly slot: number; readonly channel: Channel }
  | { readonly do: 'authenticate'; readonly slot: number }
  | { readonly do: 'hangUp'; readonly slot: number }
  | { readonly do: 'end'; readonly user: UserId; readonly channel: Channel | null }
  | { readonly do: 'endOne'; readonly slot: number; readonly channel: Channel | null }
  | { readonly do: 'disconnectUser'; readonly user: UserId }
  | { readonly do: 'disconnectOne'; readonly slot: number }
  | { readonly do: 'change'; readonly user: UserId; readonly channel: Channel; readonly allowed: boolean }
  | { readonly do: 'release'; readonly index: number };

/** What passes between two steps: this many microtasks, or a whole turn of the event loop. */
export type Pause = number | 'turn';

export class Run {
  private readonly rights: Rights;
  private readonly model: Model;
  private readonly slots: (RememberingConnection | null)[] = [];
  private readonly all: RememberingConnection[] = [];
  private readonly established = new WeakSet<RememberingConnection>();
  private underWay = 0;

  constructor(
    private readonly world: World,
    holds: readonly boolean[],
  ) {
    this.rights = world.rights.current = new Rights(holds);
    this.model = new Model(this.rights);
  }

  async live(steps: readonly { readonly step: Step; readonly pause: Pause }[]): Promise<string[]> {
    for (const { step, pause } of steps) {
      this.take(step);
      this.compare();
      if (pause === 'turn') await new Promise(setImmediate);
      else for (let tick = 0; tick < pause; tick++) await Promise.resolve();
      this.compare();
    }
    await this.settle();
    this.compare();
    this.compareMemberships();
    for (const connection of this.all) this.end(connection);
    await this.release();
    for (const [place, size] of this.held()) this.model.violations.push(`${place} still holds ${size}`);
    return this.model.violations;
  }

  private take(step: Step): void {
    const { connections } = this.world;
    switch (step.do) {
      case 'connect':
        return this.connect(step.slot, step.user);
      case 'subscribe':
        return this.request('subscribe', step.slot, step.channels);
      case 'unsubscribe':
        return this.request('unsubscribe', step.slot, [step.channel]);
      case 'message':
        return this.message(step.slot, step.channel);
      case 'authenticate':
        return this.authenticate(step.slot);
      case 'hangUp': {
        // also while gate 1 runs
        const connection = this.slots[step.slot];
        return connection ? this.end(connection) : undefined;
      }
      case 'end':
        return this.unsubscribe({ userId: step.user }, step.user, step.channel);
      case 'endOne': {
        const connection = this.slots[step.slot];
        if (!connection) return undefined;
        return this.unsubscribe({ connectionId: connection.id }, connection.member, step.channel);
      }
      case 'disconnectUser':
        this.model.ban(step.user);
        return this.watch(connections.disconnect({ userId: step.user }));
      case 'disconnectOne': {
        const connection = this.slots[step.slot];
        if (!connection) return undefined;
        this.model.ban(connection.member);
        return this.watch(connections.disconnect({ connectionId: connection.id }));
      }
      case 'change':
        this.rights.set(step.user, step.channel, step.allowed);
        return this.watch(connections.reauthorize({ userId: step.user }), this.model.reauthorize(step.user, true));
      case 'release':
        return this.rights.release(step.index);
    }
  }

  private unsubscribe(who: Who, whose: Whose, channel: Channel | null): void {
    const { connections, targets } = this.world;
    this.model.revoke(whose, channel);
    this.watch(channel === null ? connections.unsubscribe(who) : connections.unsubscribe(who, targets[channel]));
  }

  private connect(slot: number, user: UserId): void {
    if (this.slots[slot] && !this.slots[slot].closed) return;
    const member: Member = { user, begunAt: this.rights.now(), alive: true, channels: new Set() };
    const notified = (frame: string, body: unknown): void => {
      const { channel, code } = body as EvictedFrame;
      if (frame === 'rt:evicted') this.model.evicted(member, channel as Channel, code);
    };
    const connection = new RememberingConnection(`${this.all.length}`, member, notified, (ending) => this.end(ending));
    this.all.push(connection);
    this.slots[slot] = connection;
    const begun = this.world.life.connect(connection, connection.handshake).then(
      () => {
        if (connection.closed) return;
        this.world.life.connected(connection);
        this.established.add(connection);
      },
      () => this.end(connection),
    );
    this.watch(begun);
  }

  private request(kind: 'subscribe' | 'unsubscribe', slot: number, channels: readonly Channel[]): void {
    const connection = this.present(slot);
    if (!connection) return;
    const asked = this.model.ask(kind, connection.member, channels);
    const frames = channels.map((channel) => ({ channel }));
    const single = frames.length === 1;
    const acknowledge = (reply: unknown): void =>
      this.model.answered(asked, (single ? [reply] : reply) as { ok: boolean }[]);
    this.world.dispatcher.dispatch(connection, `rt:${kind}`, [single ? frames[0] : frames], acknowledge);
  }

  /** The payload of the message lets the handler report that it has begun. */
  private message(slot: number, channel: Channel): void {
    const connection = this.present(slot);
    if (!connection) return;
    const asked = this.model.ask('message', connection.member, [channel]);
    const payload = { begin: () => this.model.began(asked) };
    const acknowledge = (reply: unknown): void => this.model.answered(asked, [reply as { ok: boolean }]);
    this.world.dispatcher.dispatch(connection, 'rt:message', [{ channel, event: 'say', payload }], acknowledge);
  }

  private authenticate(slot: number): void {
    const connection = this.present(slot);
    if (!connection) return;
    // While it runs its verdicts may be by older rights, as in a re-authorization.
    const resolved = this.model.reauthorize(connection.member.user, false);
    const answered = new Promise((resolve) => {
      this.world.dispatcher.dispatch(connection, 'rt:authenticate', [{ user: connection.member.user }], resolve);
    });
    this.watch(answered, resolved);
  }

  /** Acts like a transport that closes: its rooms are gone, and a connection that entered one now would stay in it. */
  private end(connection: RememberingConnection): void {
    if (connection.closed) return;
    this.model.ended(connection.member);
    connection.rooms.clear();
    this.world.life.disconnected(connection, 'closed');
  }

  private present(slot: number): RememberingConnection | null {
    const connection = this.slots[slot];
    return connection && this.established.has(connection) && !connection.closed ? connection : null;
  }

  private watch(work: Promise<unknown>, then?: () => void): void {
    this.underWay++;
    void work.then(() => {
      then?.();
      this.underWay--;
    });
  }

  private async settle(): Promise<void> {
    for (let turn = 0; turn < 1_000 && (this.underWay > 0 || this.model.pending.size > 0); turn++) {
      this.rights.release(0);
      await new Promise(setImmediate);
    }
    if (this.underWay > 0 || this.model.pending.size > 0) this.model.violations.push('something never ended');
  }

  /** Lets the requests of ended connections end as well. */
  private async release(): Promise<void> {
    for (let turn = 0; turn < 100 && this.held().length > 0; turn++) {
      this.rights.release(0);
      await new Promise(setImmediate);
    }
  }

  private held(): [place: string, size: number][] {
    return Object.entries(this.world.counters.holdings()).filter(([, size]) => size > 0);
  }

  /** A broadcast to every channel, now. */
  private compare(): void {
    for (const { member, rooms } of this.all) {
      for (const channel of rooms) {
        const objection = this.model.objection(member, channel as Channel);
        if (objection !== null)
          this.model.violations.push(`an event of ${channel} reached a connection, but ${objection}`);
      }
    }
  }

  private compareMemberships(): void {
    for (const { member, rooms, subscriptions } of this.all) {
      const [modelled, carried, held] = [member.channels, rooms, subscriptions.keys()].map((names) =>
        [...names].sort().join(),
      );
      if (modelled !== carried || carried !== held)
        this.model.violations.push(`memberships: model ${modelled}, transport ${carried}, library ${held}`);
    }
  }
}
