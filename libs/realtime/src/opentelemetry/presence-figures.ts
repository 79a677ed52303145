// Who is here, as numbers? Members by template, users, and what presence has cost the store and the clients.
import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { MemberTally, PresenceCounts, StoreTally } from '../presence/presence.counts.js';

interface Level {
  channels: number;
  members: number;
}

/** Labels are templates, and words of this library. Read at each collection: nothing is measured in between. */
export class PresenceFigures {
  private readonly observables: ReturnType<typeof observablesOf>;

  constructor(
    meter: Meter,
    private readonly counts: PresenceCounts,
  ) {
    this.observables = observablesOf(meter);
  }

  get instruments(): Observable[] {
    return Object.values(this.observables);
  }

  observe(result: BatchObservableResult): void {
    const { counts, observables } = this;
    this.observeLevels(result);
    for (const [channel, tally] of counts.byTemplate) this.observeChannel(result, channel, tally);
    const { users } = counts;
    result.observe(observables.users, counts.usersHere);
    result.observe(observables.edges, users.online, { 'realtime.edge': 'online' });
    result.observe(observables.edges, users.offline, { 'realtime.edge': 'offline' });
    this.observeCalls(result, users, {});
  }

  private observeLevels(result: BatchObservableResult): void {
    const { counts, observables } = this;
    // Templates that are not followed any more too, else they would keep their last number.
    const levels = new Map<string, Level>();
    for (const template of counts.byTemplate.keys()) levels.set(template, { channels: 0, members: 0 });
    for (const { template, size } of counts.followed) {
      const level = levels.get(template)!;
      level.channels++;
      level.members += size;
    }
    for (const [template, { channels, members }] of levels) {
      result.observe(observables.channels, channels, { 'realtime.channel': template });
      result.observe(observables.members, members, { 'realtime.channel': template });
    }
  }

  private observeChannel(result: BatchObservableResult, channel: string, tally: MemberTally): void {
    const { observables } = this;
    const labels = { 'realtime.channel': channel };
    result.observe(observables.edges, tally.joined, { ...labels, 'realtime.edge': 'joined' });
    result.observe(observables.edges, tally.left, { ...labels, 'realtime.edge': 'left' });
    result.observe(observables.reads, tally.reads, { ...labels, 'realtime.outcome': 'read' });
    result.observe(observables.reads, tally.failedReads, { ...labels, 'realtime.outcome': 'failed' });
    result.observe(observables.frames, tally.frames, labels);
    result.observe(observables.deliveries, tally.deliveries, labels);
    this.observeCalls(result, tally, labels);
  }

  private observeCalls(result: BatchObservableResult, tally: StoreTally, labels: Record<string, string>): void {
    const { calls, changes } = this.observables;
    const [applied, failed] = [
      { ...labels, 'realtime.outcome': 'applied' },
      { ...labels, 'realtime.outcome': 'failed' },
    ];
    result.observe(calls, tally.calls, applied);
    result.observe(calls, tally.failedCalls, failed);
    result.observe(changes, tally.changes, applied);
    result.observe(changes, tally.failedChanges, failed);
  }
}

function observablesOf(meter: Meter) {
  const counter = (name: string, unit: string, description: string): Observable =>
    meter.createObservableCounter(`realtime.server.presence.${name}`, { unit, description });
  const level = (name: string, unit: string, description: string): Observable =>
    meter.createObservableUpDownCounter(`realtime.server.presence.${name}`, { unit, description });
  return {
    channels: level('channels', '{channel}', 'Channels whose members this node follows'),
    members: level('members', '{member}', 'Members of these channels on all nodes, as this node knows'),
    users: level('users', '{user}', 'Users that are connected to this node'),
    edges: counter('edges', '{edge}', 'Users who joined, left, came online or went, told to this node alone'),
    reads: counter('reads', '{read}', 'Reads of all members of a channel, by outcome'),
    calls: counter('store.calls', '{call}', 'Calls that tell the store what has changed, by outcome'),
    changes: counter('store.changes', '{change}', 'Changes in these calls, by outcome'),
    frames: counter('frames', '{frame}', 'Frames that tell clients of members'),
    deliveries: counter('deliveries', '{delivery}', 'Clients on this node to which these frames went'),
  };
}
