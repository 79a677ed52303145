// May this HTTP request reach Engine.IO? Asked before anything is kept for its client, and for every request of a polling session.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { isOrigin } from '../../authorization/origin-format.js';
import type { OriginFunction } from '../../authorization/origin-function.js';
import { withDeadline } from '../../connections/deadline.js';
import type { RefusalLog } from '../../guards/refusal.log.js';
import { errorRepeated } from '../../instrumentation/repeated-log.js';
import { RealtimeException } from '../../realtime.exception.js';
import type { RealtimeOptions } from '../../realtime.options.js';
import { dropCookies, requestHandshake, sizeFault } from '../handshake.js';
import { queryOf } from '../internals.js';
import { ORIGIN_FAULTS, OriginPolicy } from './origin.js';
import { RefusedPages } from './refused-pages.js';

/** Why the application's own function refuses a page. */
const SAID_NO = 'the function of origins did not admit the page';

export class RequestCheck {
  private readonly logger = new Logger('Realtime');
  private readonly pages = new RefusedPages();
  private readonly origins: OriginPolicy;
  /** Requests that wait for the application's function. */
  private waiting = 0;

  constructor(
    private readonly options: RealtimeOptions,
    private readonly refusals: RefusalLog,
    private readonly isAccepting: () => boolean,
  ) {
    this.origins = new OriginPolicy(options);
  }

  /** For handshakes: the beginning of a connection. */
  readonly allows = (request: IncomingMessage): boolean | Promise<boolean> => {
    if (!this.options.cookies) dropCookies(request);
    if (this.options.mode === 'in-memory') return this.passes("mode: 'in-memory' accepts no connection");
    if (!this.isAccepting()) return this.passes('the node is closing');
    const passed = this.judge(request, sizeFault(request));
    if (typeof passed === 'boolean') return passed;
    // While the function decided, the node may have begun to close, and the client may have left.
    return passed.then((answer) => {
      if (!answer || request.socket.destroyed) return false;
      return this.isAccepting() || this.passes('the node is closing');
    });
  };

  /** For Engine.IO, which asks about handshakes only: a page that knows a session must not go on with it either. */
  readonly middleware = (request: IncomingMessage, _response: ServerResponse, next: (error?: Error) => void): void => {
    if (!this.options.cookies) dropCookies(request);
    const query = queryOf(request);
    const isHandshake = query !== null && !query.sid;
    if (isHandshake) return next();
    const proceed = (passed: boolean): void => next(passed ? undefined : new Error('refused'));
    const passed = this.judge(request, null);
    if (typeof passed === 'boolean') proceed(passed);
    else void passed.then(proceed);
  };

  /** Never rejects. */
  private judge(request: IncomingMessage, sizeFault: string | null): boolean | Promise<boolean> {
    const fault = this.formFault(request) ?? sizeFault;
    if (fault !== null) return this.passes(fault);
    const { origins } = this.options;
    const { origin } = request.headers;
    if (origins === 'any') return true;
    if (typeof origins !== 'function' || origin === undefined) return this.passes(this.originFault(request));
    // Sandboxed pages and files send `null`. Such an Origin names no page, so there is nothing to decide about.
    if (!isOrigin(origin)) {
      this.pages.refused(origin, 'foreign');
      return this.passes(ORIGIN_FAULTS.foreign);
    }
    return this.ask(origins, origin, request).then((answer) => this.passes(answer));
  }

  /** Security note: reads client data. A page of any site can load JSONP as a script, and then reads what is in it. */
  private formFault(request: IncomingMessage): string | null {
    const query = queryOf(request);
    if (query === null) return 'Engine.IO has not parsed its query';
    return query.j === undefined ? null : 'JSONP';
  }

  private originFault(request: IncomingMessage): string | null {
    const fault = this.origins.faultOf(request);
    if (fault === null) return null;
    this.pages.refused(request.headers.origin, fault);
    return ORIGIN_FAULTS[fault];
  }

  /** Why the application's function refuses; null if it admits. Bounded in time and in number, because strangers cause its calls. */
  private async ask(
    admits: OriginFunction,
    origin: string,
    request: IncomingMessage,
  ): Promise<string | RealtimeException | null> {
    const { authenticationTimeout, limits } = this.options;
    if (this.waiting >= limits.pendingAuthentications) {
      return new RealtimeException('OVERLOADED', { reason: 'too many requests wait for the function of origins' });
    }
    this.waiting++;
    outliveReset(request.socket);
    try {
      const answer: unknown = await withDeadline(
        Promise.resolve(admits(origin, requestHandshake(request))),
        authenticationTimeout,
        () => new Error(`no answer within ${authenticationTimeout} ms`),
      );
      if (answer === true) return null;
      this.pages.refusedByFunction(origin, SAID_NO);
      return SAID_NO;
    } catch (error) {
      errorRepeated(this.logger, 'The function of origins failed, so a page was refused', error);
      return new RealtimeException('UNAVAILABLE', { reason: 'the function of origins failed', cause: error });
    } finally {
      this.waiting--;
    }
  }

  private passes(fault: string | RealtimeException | null): boolean {
    if (fault === null) return true;
    const refusal = typeof fault === 'string' ? new RealtimeException('FORBIDDEN', { reason: fault }) : fault;
    this.refusals.record(refusal, { gate: 'connect', connection: null });
    return false;
  }
}

/** During an upgrade Node has taken its listeners off the socket, and ws has not added its own: a reset would end the process. */
function outliveReset(socket: Socket): void {
  if (!socket.listeners('error').includes(ignoreError)) socket.on('error', ignoreError);
}

function ignoreError(): void {
  // The socket closes by itself.
}
