// How many members come and go? Each is counted where it is told, once in the cluster.
import type { PresenceCounts } from 'nestjs-realtime/adapters';
import type { Totals } from '../wire/feed.frames.js';
import { PerSecond } from './per-second.js';

/** What is counted of presence, as the realtime layer knows it. */
export type SeenPresence = Pick<PresenceCounts, 'membersIn' | 'watchEdges'>;

export class PresenceCollector {
  private readonly joins = new PerSecond();
  private readonly leaves = new PerSecond();

  constructor(private readonly seen: SeenPresence) {
    seen.watchEdges((edge) => (edge === 'joined' ? this.joins : this.leaves).add(Date.now()));
  }

  /** Members of a channel on all nodes; null if it has none or they are not known here. */
  membersIn(channel: string): number | null {
    return this.seen.membersIn(channel);
  }

  rates(at: number): Pick<Totals, 'joinsPerSecond' | 'leavesPerSecond'> {
    return { joinsPerSecond: this.joins.last(at), leavesPerSecond: this.leaves.last(at) };
  }
}
