// When do a connection's credentials expire? A timer ends the live connection, even when it is idle.
import { Injectable } from '@nestjs/common';
import { LONGEST_DELAY } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RealtimeOptions } from '../realtime.options.js';

/** Keeps one timer for each connection whose credentials expire, and none for the others. */
@Injectable()
export class ExpiryWatch {
  private readonly timers = new Map<LiveConnection, NodeJS.Timeout>();

  constructor(private readonly options: RealtimeOptions) {}

  /** Connections with a timer. */
  get size(): number {
    return this.timers.size;
  }

  /** Watches the present user of the connection. Call it again whenever the user changes. */
  watch(connection: LiveConnection): void {
    this.forget(connection);
    const expiresAt = connection.user?.expiresAt;
    if (expiresAt === undefined || connection.closed) return;
    const noticeAt = expiresAt.getTime() - this.options.expiryNotice;
    this.at(connection, noticeAt, () => {
      connection.warnOfExpiry(expiresAt);
      this.at(connection, expiresAt.getTime(), () => {
        this.forget(connection);
        connection.goodbye({ code: 'EXPIRED', reconnect: false });
      });
    });
  }

  forget(connection: LiveConnection): void {
    clearTimeout(this.timers.get(connection));
    this.timers.delete(connection);
  }

  private at(connection: LiveConnection, time: number, run: () => void): void {
    const delay = Math.max(0, time - Date.now());
    const timer =
      delay > LONGEST_DELAY ? setTimeout(() => this.at(connection, time, run), LONGEST_DELAY) : setTimeout(run, delay);
    this.timers.set(connection, timer.unref());
  }
}
