// How does this node talk to one master of a Cluster? Over one connection for commands and one for its topics.
import { RedisLink, type LinkTimes } from './redis-link.js';
import type { Address } from './slot-map.js';
import type { ServerTarget } from './redis.options.js';

/** What a master tells. No method throws. */
export interface MasterEvents {
  readonly changed: () => void;
  readonly down: (master: ClusterMaster, what: string) => void;
  /** Its connection for topics has ended. */
  readonly lost: (master: ClusterMaster) => void;
  readonly trouble: (reason: string) => void;
  readonly message: (topic: string, text: string) => void;
  /** It has ended subscriptions by itself. */
  readonly moved: (master: ClusterMaster) => void;
}

export class ClusterMaster {
  readonly commands: RedisLink;
  private subscriptions: RedisLink | null = null;

  constructor(
    readonly address: Address,
    private readonly target: ServerTarget,
    private readonly times: LinkTimes,
    private readonly name: string,
    private readonly events: MasterEvents,
  ) {
    const { changed } = this.events;
    this.commands = new RedisLink(target, times, `${name} commands`, {
      up: changed,
      trouble: (reason) => this.trouble(reason),
      down: () => this.events.down(this, `the connection for commands to ${address} ended`),
      message: () => {},
    });
  }

  get topics(): RedisLink {
    return this.subscriptions ?? this.commands;
  }

  get isUp(): boolean {
    return this.commands.isUp() && this.topics.isUp();
  }

  /** It has topics that this node wants. Repeated calls change nothing. */
  listen(): void {
    if (this.subscriptions !== null) return;
    const { changed, message } = this.events;
    this.subscriptions = new RedisLink(this.target, this.times, `${this.name} subscriptions`, {
      up: changed,
      trouble: (reason) => this.trouble(reason),
      down: () => {
        this.events.lost(this);
        this.events.down(this, `the connection for subscriptions to ${this.address} ended`);
      },
      message,
      moved: () => this.events.moved(this),
    });
  }

  close(): void {
    this.subscriptions?.close();
    this.commands.close();
  }

  private trouble(reason: string): void {
    this.events.trouble(`${this.address}: ${reason}`);
  }
}
