// What happens in an application with a bridge? It records what tests publish, what is broadcast and which failures are reported.
import type { ModuleMetadata } from '@nestjs/common';
import {
  CqrsModule,
  type CqrsModuleOptions,
  EventBus,
  UnhandledExceptionBus,
  type UnhandledExceptionInfo,
} from '@nestjs/cqrs';
import {
  InMemoryRealtimeBroadcaster,
  type RealtimeChannelDescriptor,
  type RealtimeHookEvents,
  RealtimeModule,
  type RealtimeModuleOptions,
  type RecordedBroadcast,
} from 'nestjs-realtime';
import {
  type BridgeEntry,
  type BridgeRouteStats,
  RealtimeBridge,
  RealtimeCqrsModule,
  type RealtimeCqrsOptions,
} from 'nestjs-realtime/cqrs';
import { boot, type TestApp } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';
import { until } from '../kit/until.js';

export interface BridgeAppOptions {
  readonly channels: readonly RealtimeChannelDescriptor[];
  readonly allowlist?: readonly BridgeEntry[];
  readonly settings?: Omit<RealtimeCqrsOptions, 'allowlist'>;
  readonly realtime?: RealtimeModuleOptions;
  readonly module?: ModuleMetadata;
  readonly cqrs?: CqrsModuleOptions;
}

export class BridgeApp {
  readonly exceptions: UnhandledExceptionInfo<unknown>[] = [];
  readonly bridged: RealtimeHookEvents['bridged'][];

  private constructor(
    readonly app: TestApp,
    readonly log: LogBook,
  ) {
    app.nest.get(UnhandledExceptionBus).subscribe((info) => this.exceptions.push(info));
    this.bridged = app.record('bridged');
  }

  static async start({ channels, allowlist, settings, realtime, module, cqrs }: BridgeAppOptions): Promise<BridgeApp> {
    const log = new LogBook();
    const imports = [
      CqrsModule.forRoot(cqrs),
      RealtimeModule.forRoot(realtime ?? { mode: 'in-memory', inMemoryRecord: 20_000 }),
      RealtimeModule.forFeature(channels),
      RealtimeCqrsModule.forRoot({ ...(allowlist && { allowlist }), ...settings }),
      ...(module?.imports ?? []),
    ];
    return new BridgeApp(await boot({ ...module, imports }, { logger: log }), log);
  }

  get stats(): readonly BridgeRouteStats[] {
    return this.app.nest.get(RealtimeBridge).stats();
  }

  get broadcasts(): readonly RecordedBroadcast[] {
    return this.app.nest.get(InMemoryRealtimeBroadcaster).broadcasts;
  }

  /** Publishes like a use case: the result is not awaited. */
  publish(event: object): void {
    void this.app.nest.get(EventBus).publish(event);
  }

  /** Resolves once no mapping or broadcast is under way. */
  async settled(): Promise<void> {
    await until(
      () => this.stats,
      (stats) => stats.every(({ pending }) => pending === 0),
    );
  }
}
