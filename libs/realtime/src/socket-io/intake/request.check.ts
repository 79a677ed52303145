// May this HTTP request reach Engine.IO? Asked before anything is kept for its client, and for every request of a polling session.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { RefusalLog } from '../../guards/refusal.log.js';
import { RealtimeException } from '../../realtime.exception.js';
import type { RealtimeOptions } from '../../realtime.options.js';
import { sizeFault } from '../handshake.js';
import { queryOf } from '../internals.js';
import { ORIGIN_FAULTS, type OriginFault, OriginPolicy } from './origin.js';

/** Faults that are more likely a wrong setting than an attack. Each is logged once as a warning. */
const FIXES: Readonly<Partial<Record<OriginFault, string>>> = {
  unknownHost:
    'If the host is yours, list it: RealtimeModule.forRoot({ hosts: [...] }); or list the origin of the page in origins.',
  otherScheme: 'Behind a proxy that ends TLS, set trustProxy: true, or list the origin of the page in origins.',
  selfNotListed: "If pages of this server may connect too, add 'self' to origins.",
};

export class RequestCheck {
  private readonly logger = new Logger('Realtime');
  private readonly said = new Set<OriginFault>();
  private readonly origins: OriginPolicy;

  constructor(
    private readonly options: RealtimeOptions,
    private readonly refusals: RefusalLog,
    private readonly isAccepting: () => boolean,
  ) {
    this.origins = new OriginPolicy(options);
  }

  /** For handshakes: the beginning of a connection. */
  readonly allows = (request: IncomingMessage): boolean => {
    if (this.options.transport === 'in-memory') return this.passes("transport: 'in-memory' accepts no connection");
    if (!this.isAccepting()) return this.passes('the node is closing');
    return this.passes(this.faultOf(request) ?? sizeFault(request));
  };

  /** For Engine.IO, which asks about handshakes only: a page that knows a session must not go on with it either. */
  readonly middleware = (request: IncomingMessage, _response: ServerResponse, next: (error?: Error) => void): void => {
    const query = queryOf(request);
    const isHandshake = query !== null && !query.sid;
    next(isHandshake || this.passes(this.faultOf(request)) ? undefined : new Error('refused'));
  };

  /** Security note: reads client data. A page of any site can load JSONP as a script, and then reads what is in it. */
  private faultOf(request: IncomingMessage): string | null {
    const query = queryOf(request);
    if (query === null) return 'Engine.IO has not parsed its query';
    if (query.j !== undefined) return 'JSONP';
    const fault = this.origins.faultOf(request);
    if (fault === null) return null;
    const fix = FIXES[fault];
    if (fix !== undefined && !this.said.has(fault)) {
      this.said.add(fault);
      this.logger.warn(`A request was refused (${ORIGIN_FAULTS[fault]}). ${fix} This is said once.`);
    }
    return ORIGIN_FAULTS[fault];
  }

  private passes(fault: string | null): boolean {
    if (fault === null) return true;
    this.refusals.record(new RealtimeException('FORBIDDEN', { reason: fault }), { gate: 'connect', connection: null });
    return false;
  }
}
