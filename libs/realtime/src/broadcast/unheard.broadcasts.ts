// Can any client hear what is broadcast? If none ever can, the programmer is told once what to do.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InMemoryRealtimeBroker } from '../broker/in-memory.broker.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { IRealtimeServer, LISTEN_DELAY } from '../connections/realtime.server.js';
import { quotedForLog } from '../instrumentation/log-text.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';

const CURES =
  "Broadcast in the process that serves the clients, or pass RealtimeModule.forRoot({ broker }) a broker that reaches it. Where no client is meant to hear, set mode: 'in-memory'.";

/** What a custom HTTP adapter has for a server may be anything. */
interface MaybeListening {
  once?(event: 'listening', listener: () => void): unknown;
}

@Injectable()
export class UnheardBroadcasts implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Realtime');
  private stopListening: (() => void) | null = null;
  private isBooted = false;
  private first: string | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    broker: IRealtimeBroker,
    hooks: RealtimeHooks,
    { mode }: RealtimeOptions,
    private readonly server: IRealtimeServer,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {
    // Any other broker reaches other processes.
    if (mode === 'in-memory' || !(broker instanceof InMemoryRealtimeBroker)) return;
    this.stopListening = hooks.on('broadcast', ({ channel }) => this.note(channel.name));
  }

  /** Only the first broadcasts are looked at: once a client can hear, there is nothing to tell. */
  private note(channel: string): void {
    if (this.server.stats().state !== 'closed') return this.settle();
    this.first ??= channel;
    if (this.isBooted && !this.hasServer()) this.judge();
  }

  onApplicationBootstrap(): void {
    this.isBooted = true;
    if (!this.hasServer()) {
      // An application context never listens, and may end before any timer.
      if (this.first !== null) this.judge();
      return;
    }
    // By then the server has warned that nothing listens.
    this.timer = setTimeout(() => this.settle(), LISTEN_DELAY).unref();
    const http = this.host.httpAdapter.getHttpServer() as MaybeListening | undefined;
    http?.once?.('listening', () => this.settle());
  }

  onModuleDestroy(): void {
    this.judge();
  }

  private judge(): void {
    const { first } = this;
    if (this.stopListening === null || first === null) return this.settle();
    if (this.server.stats().state === 'closed') {
      const why = this.hasServer()
        ? 'the application did not listen; call app.listen()'
        : 'this process has no HTTP server, as with createApplicationContext()';
      this.logger.warn(`No client can hear the broadcast to ${quotedForLog(first)}: ${why}. ${CURES}`);
    }
    this.settle();
  }

  private settle(): void {
    this.stopListening?.();
    this.stopListening = null;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** In a process without an HTTP server, the host has no adapter. */
  private hasServer(): boolean {
    return Boolean(this.host.httpAdapter);
  }
}
