// Does a Socket.IO client look for us at another path? While developing, the log says where we are.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import { quotedForLog } from '../../instrumentation/log-text.js';
import { warnRepeated } from '../../instrumentation/repeated-log.js';

/** How long another server of the application may take to answer an upgrade, in milliseconds. */
const PATIENCE = 2_000;
/** Every client of Engine.IO says which protocol it speaks. */
const ENGINE_IO = /[?&]EIO=\d/;

/**
 * Gets what comes to an HTTP server for other paths than ours. Says nothing in production, where scanners ask for every path.
 * Security note: reads and prints client data.
 */
export class WrongPaths {
  private readonly logger = new Logger('Realtime');
  private readonly silent: boolean;

  constructor(
    private readonly path: string,
    environment = process.env.NODE_ENV,
  ) {
    this.silent = environment === 'production';
  }

  /** A request that the application is about to answer. */
  request(request: IncomingMessage, response: ServerResponse): void {
    if (this.isMeantForUs(request)) response.once('finish', () => response.statusCode === 404 && this.tell(request));
  }

  /** An upgrade that another server of the application may answer. */
  upgrade(request: IncomingMessage, socket: Duplex & { readonly bytesWritten?: number }): void {
    if (!this.isMeantForUs(request)) return;
    const before = socket.bytesWritten;
    const judge = (): void => {
      clearTimeout(timer);
      socket.off('close', judge);
      if (socket.bytesWritten === before) this.tell(request);
    };
    const timer = setTimeout(judge, PATIENCE).unref();
    socket.once('close', judge);
  }

  /** An upgrade that nothing serves. */
  unserved(request: IncomingMessage): void {
    if (this.isMeantForUs(request)) this.tell(request);
  }

  private isMeantForUs({ url = '' }: IncomingMessage): boolean {
    return !this.silent && ENGINE_IO.test(url);
  }

  private tell({ url = '' }: IncomingMessage): void {
    const [asked] = url.split('?', 1);
    const cure = `nestjs-realtime is at ${quotedForLog(this.path)}; set the path option of the client, or RealtimeModule.forRoot({ path })`;
    warnRepeated(
      this.logger,
      `A Socket.IO client asks for the path ${quotedForLog(asked)}, which nothing serves`,
      cure,
    );
  }
}
