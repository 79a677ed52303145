// What do the hooks tell of each connection, and is it a story? Derived from the five hooks alone.
import type { RealtimeConnection, RealtimeHookEvents, RealtimeHooks, RealtimeUser } from 'nestjs-realtime';

/** One connection, as far as its hooks have told. */
interface Told {
  readonly connection: RealtimeConnection;
  user: RealtimeUser | null;
  readonly channels: Set<string>;
}
export type StoryHook = 'connected' | 'authenticated' | 'subscribed' | 'unsubscribed' | 'disconnected';

export class Stories {
  readonly violations: string[] = [];
  /** How often each hook has told something. */
  readonly count = new Map<string, number>();
  private readonly open = new Map<string, Told>();
  private readonly over = new Set<string>();

  constructor(hooks: RealtimeHooks) {
    const listen = <Name extends StoryHook>(name: Name, hear: (event: RealtimeHookEvents[Name]) => void): void => {
      hooks.on(name, (event) => {
        this.count.set(name, (this.count.get(name) ?? 0) + 1);
        hear(event);
      });
    };
    listen('connected', ({ connection }) => this.begins(connection));
    listen('authenticated', ({ connection, before, user }) => this.changes(connection, before, user));
    listen('subscribed', ({ connection, channel }) => this.enters(connection, channel.name));
    listen('unsubscribed', ({ connection, channel }) => this.leaves(connection, channel.name));
    listen('disconnected', ({ connection }) => this.ends(connection));
  }

  /** Who is online, as an application counts it that has nothing but hooks. */
  get online(): string[] {
    return [...this.open.values()].map(({ user }) => user?.userId ?? 'anonymous').sort();
  }

  get connections(): number {
    return this.open.size;
  }

  get subscriptions(): number {
    return [...this.open.values()].reduce((sum, { channels }) => sum + channels.size, 0);
  }

  /** Compares what was told with what holds now. Call it while no hook is told. */
  compare(): void {
    for (const { connection, user, channels } of this.open.values()) {
      if (connection.closed) this.object(connection, 'has ended, and nobody was told');
      if (textOf(connection.user) !== textOf(user))
        this.object(connection, `is ${textOf(connection.user)}, told was ${textOf(user)}`);
      const held = [...connection.channels.keys()].sort().join();
      if (held !== [...channels].sort().join())
        this.object(connection, `has ${held}, told were ${[...channels].join()}`);
    }
  }

  private begins(connection: RealtimeConnection): void {
    const id = connection.connectionId;
    if (this.open.has(id) || this.over.has(id)) this.object(connection, 'connected again');
    this.open.set(id, { connection, user: connection.user, channels: new Set() });
  }

  private changes(connection: RealtimeConnection, before: RealtimeUser | null, user: RealtimeUser | null): void {
    const told = this.demand(connection, 'authenticated');
    if (told === undefined) return;
    if (textOf(told.user) !== textOf(before))
      this.object(connection, `was ${textOf(before)}, told was ${textOf(told.user)}`);
    if (textOf(before) === textOf(user)) this.object(connection, 'authenticated, and nothing has changed');
    told.user = user;
  }

  private enters(connection: RealtimeConnection, channel: string): void {
    const told = this.demand(connection, `subscribed to ${channel}`);
    if (told?.channels.has(channel)) this.object(connection, `subscribed again to ${channel}`);
    told?.channels.add(channel);
  }

  private leaves(connection: RealtimeConnection, channel: string): void {
    const told = this.demand(connection, `unsubscribed from ${channel}`);
    if (told?.channels.delete(channel) === false)
      this.object(connection, `unsubscribed from ${channel}, where it was not`);
  }

  private ends(connection: RealtimeConnection): void {
    const told = this.demand(connection, 'disconnected');
    if (told && told.channels.size > 0)
      this.object(connection, `disconnected, but is still in ${[...told.channels].join()}`);
    if (told && textOf(told.user) !== textOf(connection.user)) this.object(connection, 'disconnected as another user');
    this.open.delete(connection.connectionId);
    this.over.add(connection.connectionId);
  }

  private demand(connection: RealtimeConnection, what: string): Told | undefined {
    const told = this.open.get(connection.connectionId);
    if (told === undefined)
      this.object(
        connection,
        `${what} ${this.over.has(connection.connectionId) ? 'after its end' : 'before it connected'}`,
      );
    return told;
  }

  private object({ connectionId }: RealtimeConnection, what: string): void {
    this.violations.push(`${connectionId} ${what}`);
  }
}

function textOf(user: RealtimeUser | null): string {
  return user === null ? 'anonymous' : `${user.userId} ${user.roles.join()}`;
}
