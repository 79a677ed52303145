// Can any client hear what is broadcast? If none ever can, the programmer is told once what to do.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InMemoryRealtimeBroker } from '../broker/in-memory.broker.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { quotedForLog } from '../instrumentation/log-text.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';

/** How long an application that has booted may take until it listens, in milliseconds. */
const PATIENCE = 3_000;
const CURES =
  "Broadcast in the process that serves the clients, or pass RealtimeModule.forRoot({ broker }) a broker that reaches it. Where no client is meant to hear, set mode: 'in-memory'.";

/** A process without an HTTP server has no adapter. */
interface MaybeListening {
  getHttpServer():
    { readonly listening?: boolean; once?(event: 'listening', listener: () => void): unknown } | undefined;
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
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {
    // Any other broker reaches other processes.
    if (mode === 'in-memory' || !(broker instanceof InMemoryRealtimeBroker)) return;
    this.stopListening = hooks.on('broadcast', ({ channel }) => this.note(channel.name));
  }

  /** Only the first broadcasts are looked at: once the application listens, there is nothing to tell. */
  private note(channel: string): void {
    if (this.listens()) return this.settle();
    if (this.first !== null) return;
    this.first = channel;
    if (this.isBooted) this.expect();
  }

  onApplicationBootstrap(): void {
    this.isBooted = true;
    this.server()?.once?.('listening', () => this.settle());
    if (this.first !== null) this.expect();
  }

  onModuleDestroy(): void {
    this.judge();
  }

  /** An application context never listens, and may end before any timer. */
  private expect(): void {
    if (this.hasServer()) this.timer = setTimeout(() => this.judge(), PATIENCE).unref();
    else this.judge();
  }

  private judge(): void {
    const { first } = this;
    if (this.stopListening === null || first === null) return;
    if (!this.listens()) {
      const why = this.hasServer()
        ? 'the application does not listen; call app.listen()'
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

  private hasServer(): boolean {
    return this.httpAdapter() !== null;
  }

  private listens(): boolean {
    return this.server()?.listening === true;
  }

  private server(): ReturnType<MaybeListening['getHttpServer']> {
    return this.httpAdapter()?.getHttpServer();
  }

  private httpAdapter(): MaybeListening | null {
    return (this.host.httpAdapter as MaybeListening | null | undefined) ?? null;
  }
}
