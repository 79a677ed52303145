// Does the browser keep the session cookie from us? It does so for a page of another site, and tells neither the page nor the server.
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { isOrigin } from '../authorization/origin-format.js';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { SessionAuthenticator } from '../authorization/session.authenticator.js';
import { quotedForLog } from '../instrumentation/log-text.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';

/** Pages that are told of; strangers may have any number of origins. */
const MOST_PAGES = 16;

/** Says once for each page of another site that it is anonymous. Only while developing: visitors of a live site may well be. */
@Injectable()
export class LostCookies implements OnModuleInit {
  private readonly logger = new Logger('Realtime');
  private readonly told = new Set<string>();

  constructor(
    private readonly hooks: RealtimeHooks,
    private readonly options: RealtimeOptions,
    private readonly authenticator: IRealtimeAuthenticator,
  ) {}

  onModuleInit(): void {
    const isMeant = this.options.cookies && this.authenticator instanceof SessionAuthenticator;
    if (!isMeant || process.env.NODE_ENV === 'production') return;
    this.hooks.on('connected', ({ connection: { user, handshake } }) => {
      if (user === null && Object.keys(handshake.cookies).length === 0) this.note(handshake);
    });
  }

  /** Security note: prints client data. */
  private note({ origin, headers: { host = '' } }: RealtimeHandshake): void {
    if (origin === undefined || this.told.has(origin) || this.told.size >= MOST_PAGES || isSameSite(origin, host)) {
      return;
    }
    this.told.add(origin);
    this.logger.log(
      `A page of ${quotedForLog(origin)} has connected without a cookie, and is anonymous. If its user is logged in, the browser keeps the cookies of ${quotedForLog(host)} from it, because it belongs to another site: open it under the same host name, or set the cookie with SameSite=None and Secure. With requireUser: true the client fails instead.`,
    );
  }
}

/** Ports make no difference to cookies. The last two labels of a name are taken for its site: it is about a hint, not about rights. */
function isSameSite(origin: string, host: string): boolean {
  return !isOrigin(origin) || siteOf(origin) === siteOf(`http://${host}`);
}

function siteOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return /^[\d.]+$|^\[/.test(hostname) ? hostname : hostname.split('.').slice(-2).join('.');
}
