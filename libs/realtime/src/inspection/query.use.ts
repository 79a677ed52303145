// Does any code read the parameters of the URL? The doctor reports it.
import { Injectable, Logger } from '@nestjs/common';
import { RealtimeOptions } from '../realtime.options.js';

@Injectable()
export class QueryUse {
  private readonly logger = new Logger('Realtime');
  private noted = false;

  constructor(private readonly options: RealtimeOptions) {}

  /** Whether `handshake.query` has been read since boot. */
  get isNoted(): boolean {
    return this.noted;
  }

  /** Call it for each read. */
  readonly note = (): void => {
    if (this.noted) return;
    this.noted = true;
    if (this.options.doctor.silence.includes('QUERY_READ')) return;
    this.logger.warn(
      'handshake.query was read (QUERY_READ): proxies and servers write URLs to their logs, so credentials belong in auth. This is said once.',
    );
  };
}
