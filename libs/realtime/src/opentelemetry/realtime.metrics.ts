// Which metrics does a node give to OpenTelemetry? Gauges that are read at each collection, and counts since the start.
import { createNoopMeter, type BatchObservableResult, type Meter, metrics } from '@opentelemetry/api';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BrokerCounts } from '../broker/broker.counts.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { IRealtimeHandlerRegistry } from '../channels/realtime-handler.registry.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { PresenceCounts } from '../presence/presence.counts.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { BrokerFigures } from './broker-figures.js';
import { EventLoopDelay } from './event-loop-delay.js';
import { PresenceFigures } from './presence-figures.js';
import { Traffic } from './traffic.js';

/** Runs from the bootstrap of the application to its shutdown. Without an SDK at bootstrap, it neither listens nor measures. */
@Injectable()
export class RealtimeMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  private end: (() => void) | null = null;

  constructor(
    private readonly hooks: RealtimeHooks,
    private readonly server: IRealtimeServer,
    private readonly registry: IRealtimeHandlerRegistry,
    private readonly broker: IRealtimeBroker,
    private readonly counts: BrokerCounts,
    private readonly presence: PresenceCounts,
  ) {}

  onApplicationBootstrap(): void {
    const meter = metrics.getMeter('nestjs-realtime');
    if (this.end === null && meter !== createNoopMeter()) this.end = this.start(meter);
  }

  onApplicationShutdown(): void {
    this.end?.();
    this.end = null;
  }

  private start(meter: Meter): () => void {
    const traffic = new Traffic(meter);
    const figures = new BrokerFigures(meter, this.broker, this.counts);
    const presence = new PresenceFigures(meter, this.presence);
    const delay = new EventLoopDelay();
    const gauges = gaugesOf(meter);
    const instruments = [...Object.values(gauges), ...[traffic, figures, presence].flatMap((each) => each.instruments)];
    const observe = (result: BatchObservableResult): void => {
      const { connections, channels, queuedBytes } = this.server.stats();
      result.observe(gauges.connections, connections);
      result.observe(gauges.queueSize, queuedBytes);
      // Channels without subscriptions too, else they would keep their last number.
      for (const { name } of this.registry.listChannels()) {
        result.observe(gauges.subscriptions, channels[name] ?? 0, { 'realtime.channel': name });
      }
      const { p50, p99, max } = delay.read();
      result.observe(gauges.delayP50, p50);
      result.observe(gauges.delayP99, p99);
      result.observe(gauges.delayMax, max);
      traffic.observe(result);
      figures.observe(result);
      presence.observe(result);
    };
    const ends = [traffic.listen(this.hooks), figures.listen()];
    delay.start();
    meter.addBatchObservableCallback(observe, instruments);
    return () => {
      meter.removeBatchObservableCallback(observe, instruments);
      delay.stop();
      ends.forEach((end) => end());
    };
  }
}

function gaugesOf(meter: Meter) {
  const level = (name: string, unit: string, description: string) =>
    meter.createObservableUpDownCounter(`realtime.server.${name}`, { unit, description });
  const delay = (name: string, description: string) =>
    meter.createObservableGauge(`realtime.server.eventloop.delay.${name}`, { unit: 's', description });
  return {
    connections: level('connections', '{connection}', 'Connections that have passed gate 1'),
    subscriptions: level('subscriptions', '{subscription}', 'Subscriptions to channels, by name template'),
    queueSize: level('queue.size', 'By', 'Outgoing bytes that wait in the process for slow clients'),
    delayP50: delay('p50', 'Median delay of the event loop since the last collection'),
    delayP99: delay('p99', '99th percentile of the delay of the event loop since the last collection'),
    delayMax: delay('max', 'Longest delay of the event loop since the last collection'),
  };
}
