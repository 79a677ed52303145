// Which channels without history does this node want to hear of from other nodes? Those with members here, or with a connection on its way in.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type MemberChannel, Membership } from '../connections/channel.membership.js';
import { withDeadline } from '../connections/deadline.js';
import { BrokerCounts } from './broker.counts.js';
import { Lingering } from './lingering.js';
import { PlainWatch } from './plain-watch.js';
import { IRealtimeBroker } from './realtime.broker.js';

/** How long a connection on its way in waits for the engine, in milliseconds. Afterwards it hears of its own node only, for the time being. */
const LONGEST = 2_000;

/** One connection on its way into a channel. */
export interface Interest {
  /** Resolves when other nodes' events come, or cannot come now. Null if they come already. */
  readonly ready: Promise<void> | null;
  /** Call it once, when the connection is a member or is not going to be one. */
  release(): void;
}

/** On a single node there is no other to hear of, so nothing is kept for any channel. */
@Injectable()
export class PlainInterest implements OnApplicationShutdown {
  private readonly watches = new Lingering<PlainWatch>((watch) => watch.close());
  private readonly isNeeded: boolean;

  constructor(
    private readonly broker: IRealtimeBroker,
    membership: Membership,
    counts: BrokerCounts,
  ) {
    this.isNeeded = !broker.isLocal;
    if (!this.isNeeded) return;
    counts.watch('event', () => this.watches.size);
    membership.watch({
      firstIn: ({ name, registered }: MemberChannel) => void (registered.log === null && this.hold(name)),
      lastOut: ({ name, registered }: MemberChannel) => void (registered.log === null && this.watches.release(name)),
    });
  }

  /** Null if there is no other node. */
  enter(channel: string): Interest | null {
    if (!this.isNeeded) return null;
    const { attempt } = this.hold(channel);
    const ready = attempt && withDeadline(attempt, LONGEST, () => new Error('late')).catch(() => undefined);
    return { ready, release: () => this.watches.release(channel) };
  }

  onApplicationShutdown(): void {
    this.watches.clear();
  }

  private hold(channel: string): PlainWatch {
    return this.watches.hold(channel, (name) => new PlainWatch(name, this.broker));
  }
}
