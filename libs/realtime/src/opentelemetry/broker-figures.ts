// How does a node share events with others, and keep its logs? What the broker counts, and what stands above it.
import type { BatchObservableResult, Histogram, Meter, Observable } from '@opentelemetry/api';
import type { BrokerCounts, BrokerTimes } from '../broker/broker.counts.js';
import type { BrokerHealth, IRealtimeBroker } from '../broker/realtime.broker.js';

/** Seconds. */
const BOUNDARIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const STATES: readonly BrokerHealth['state'][] = ['joining', 'ok', 'degraded'];

/** Labels are states, causes and reasons of this library, and reasons of a broker. On a single node only logs are measured. */
export class BrokerFigures implements BrokerTimes {
  private readonly observables: ReturnType<typeof observablesOf>;
  private readonly publishes: Histogram;
  private readonly commands: Histogram;

  constructor(
    meter: Meter,
    private readonly broker: IRealtimeBroker,
    private readonly counts: BrokerCounts,
  ) {
    const duration = (name: string, description: string): Histogram =>
      meter.createHistogram(`realtime.server.${name}`, {
        unit: 's',
        description,
        advice: { explicitBucketBoundaries: BOUNDARIES },
      });
    this.observables = observablesOf(meter);
    this.publishes = duration('log.publish.duration', 'From a broadcast with history until its position is known');
    this.commands = duration(
      'command.duration',
      'From a command until the other nodes have acted, or the wait is over',
    );
  }

  get instruments(): Observable[] {
    return Object.values(this.observables);
  }

  published(seconds: number): void {
    this.publishes.record(seconds);
  }

  acknowledged(seconds: number): void {
    this.commands.record(seconds);
  }

  /** Measures from now on; call the result to stop. */
  listen(): () => void {
    this.counts.times = this;
    return () => void (this.counts.times = null);
  }

  observe(result: BatchObservableResult): void {
    this.observeLogs(result);
    if (!this.broker.isLocal) this.observeBroker(result);
  }

  private observeLogs(result: BatchObservableResult): void {
    const { observables, counts } = this;
    observeEach(result, observables.refills, 'cause', counts.refills);
    observeEach(result, observables.recoveries, 'outcome', counts.recoveries);
    result.observe(observables.resets, counts.resets);
    result.observe(observables.forks, counts.forks);
    result.observe(observables.sharedReads, counts.sharedReads);
  }

  private observeBroker(result: BatchObservableResult): void {
    const { observables, broker, counts } = this;
    const { state } = broker.health();
    for (const each of STATES) result.observe(observables.state, Number(each === state), { 'realtime.state': each });
    observeEach(result, observables.received, 'kind', counts.received);
    for (const kind of ['log', 'event'] as const) {
      result.observe(observables.watched, counts.watched(kind), { 'realtime.kind': kind });
    }
    result.observe(observables.missing, counts.missingNodes);
    const { skipped = {}, lost, queuedBytes, published, batches, nodes, expired } = broker.stats?.() ?? {};
    observeEach(result, observables.skipped, 'reason', skipped);
    for (const [name, value] of Object.entries({ lost, queuedBytes, published, batches, nodes, expired })) {
      if (value !== undefined) result.observe(observables[name as 'lost'], value);
    }
  }
}

function observeEach(
  result: BatchObservableResult,
  instrument: Observable,
  label: string,
  values: Readonly<Partial<Record<string, number>>>,
): void {
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) result.observe(instrument, value, { [`realtime.${label}`]: key });
  }
}

function observablesOf(meter: Meter) {
  const counter = (name: string, unit: string, description: string): Observable =>
    meter.createObservableCounter(`realtime.server.${name}`, { unit, description });
  const level = (name: string, unit: string, description: string): Observable =>
    meter.createObservableUpDownCounter(`realtime.server.${name}`, { unit, description });
  return {
    state: level('broker.state', '1', '1 for the state in which the broker is, 0 for the others'),
    nodes: level('broker.nodes', '{node}', 'Nodes that live, as this one knows'),
    expired: counter('broker.expirations', '{expiration}', 'How often this node counted as dead though it ran'),
    published: counter('broker.published', '{event}', 'Events that were sent to the engine'),
    batches: counter('broker.batches', '{batch}', 'Writes and calls in which events were sent to the engine'),
    lost: counter('broker.lost', '{event}', 'Events that the engine did not get or has not confirmed'),
    queuedBytes: level('broker.queue.size', 'By', 'Bytes that wait for the engine, or for its confirmation'),
    received: counter('broker.received', '{event}', 'Events and frames of logs that came from the engine'),
    skipped: counter('broker.skipped', '{event}', 'What came from the engine and could not be read, by reason'),
    watched: level('broker.watched', '{channel}', 'Channels that are watched: logs, and channels without history'),
    missing: counter('command.missing', '{node}', 'Nodes that had not acted when the wait for them was over'),
    refills: counter('log.refills', '{refill}', 'Comparisons of a log with the engine, by cause'),
    resets: counter('log.resets', '{reset}', 'Logs whose members had to begin again'),
    forks: counter('log.forks', '{fork}', 'Logs of which the engine had lost what was delivered'),
    sharedReads: counter('log.reads.shared', '{read}', 'Reads of a log that served one more client'),
    recoveries: counter('log.recoveries', '{recovery}', 'Clients that came back to a log, by outcome'),
  };
}
