// Does a Socket.IO client look for us at another path? While developing, the log says where we are.
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { quotedForLog } from '../../instrumentation/log-text.js';
import { warnRepeated } from '../../instrumentation/repeated-log.js';

/** How long another server of the application may take to answer an upgrade, in milliseconds. */
const PATIENCE = 2_000;
/** Every client of Engine.IO says which protocol it speaks. */
const ENGINE_IO = /[?&]EIO=\d/;

/** Watches the HTTP server unless in production, where scanners ask for every path. Security note: reads and prints client data. */
export function watchWrongPaths(http: unknown, path: string, environment = process.env.NODE_ENV): void {
  if (environment === 'production' || !isEmitter(http)) return;
  const logger = new Logger('Realtime');
  const own = `${path}/`;
  const isWrong = ({ url = '' }: IncomingMessage): boolean => !url.startsWith(own) && ENGINE_IO.test(url);
  const tell = ({ url = '' }: IncomingMessage): void => {
    const [asked] = url.split('?', 1);
    const cure = `nestjs-realtime is at ${quotedForLog(path)}; set the path option of the client, or RealtimeModule.forRoot({ path })`;
    warnRepeated(logger, `A Socket.IO client asks for the path ${quotedForLog(asked)}, which nothing serves`, cure);
  };
  http.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (isWrong(request)) response.once('finish', () => response.statusCode === 404 && tell(request));
  });
  http.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    if (!isWrong(request)) return;
    const before = socket.bytesWritten;
    const judge = (): void => {
      clearTimeout(timer);
      socket.off('close', judge);
      if (socket.bytesWritten === before) tell(request);
    };
    const timer = setTimeout(judge, PATIENCE).unref();
    socket.once('close', judge);
  });
}

function isEmitter(value: unknown): value is EventEmitter {
  return typeof (value as EventEmitter | null | undefined)?.prependListener === 'function';
}
