// Who tells the programmer that a page may not connect? One warning for each origin and minute, with the option that admits it.
import { Logger } from '@nestjs/common';
import { quotedForLog } from '../../instrumentation/log-text.js';
import { warnRepeated } from '../../instrumentation/repeated-log.js';
import { ORIGIN_FAULTS, type OriginFault } from './origin.js';

/** What to do if the request is one of the application's own. */
const CURES: Readonly<Record<OriginFault, string>> = {
  foreign: 'if the page is yours, add its origin to origins of RealtimeModule.forRoot()',
  unknownHost: 'if the host is yours, list it: RealtimeModule.forRoot({ hosts: [...] })',
  otherScheme: 'behind a proxy that ends TLS, set trustProxy: true',
  selfNotListed: "if pages of this server may connect too, add 'self' to origins",
  noOriginWithCookies: 'if the client is no browser, set allowMissingOrigin: true',
  noOriginFromElsewhere: 'let the page send its Origin: open a WebSocket, or fetch with CORS',
};
const OPAQUE = 'sandboxed pages and files send it, and no list can admit them: serve the page over HTTP';

/** Bounded in memory and in lines, because strangers choose the origins. */
export class RefusedPages {
  /** Of its own, so that strangers cannot use up the kinds of other problems. */
  private readonly logger = new Logger('Realtime');

  /** Security note: prints client data. */
  refused(origin: string | undefined, fault: OriginFault): void {
    this.tell(origin, ORIGIN_FAULTS[fault], origin === 'null' ? OPAQUE : CURES[fault]);
  }

  /** The application's own function refused the page. */
  refusedByFunction(origin: string, reason: string): void {
    this.tell(origin, reason, 'if the page is yours, let the function of origins return true for it');
  }

  private tell(origin: string | undefined, reason: string, cure: string): void {
    const who = origin === undefined ? 'A request without an Origin' : `A page of the origin ${quotedForLog(origin)}`;
    warnRepeated(this.logger, `${who} was refused`, `${reason}; ${cure}`);
  }
}
