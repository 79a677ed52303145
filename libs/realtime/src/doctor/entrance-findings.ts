// Do clients come in as one thinks they do? Cookies, transports and pings.
import { AnonymousAuthenticator, type IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { SessionAuthenticator } from '../authorization/session.authenticator.js';
import type { RealtimeOptions } from '../realtime.options.js';
import type { RealtimeFinding } from './finding.js';

/** Proxies and load balancers commonly cut connections that are idle for a minute. */
const COMMON_IDLE_TIMEOUT = 60_000;

export function entranceFindings(
  options: RealtimeOptions,
  authenticator: IRealtimeAuthenticator,
  pingInterval: number | null,
): RealtimeFinding[] {
  if (options.transport === 'in-memory') return [];
  const findings: RealtimeFinding[] = [];
  if (options.origins.length === 0 && !(authenticator instanceof AnonymousAuthenticator)) {
    const cookies = authenticator instanceof SessionAuthenticator;
    const { name } = authenticator.constructor;
    findings.push({
      code: 'COOKIES_WITHOUT_ORIGINS',
      severity: cookies ? 'warning' : 'info',
      message: `${name} ${cookies ? 'reads a session cookie' : 'may read cookies'}, and no origin is listed: pages may connect whose host is the Host header that arrives here, and a proxy may change that.`,
      cure: "List the origins of your pages: RealtimeModule.forRoot({ origins: ['https://app.example'] }).",
    });
  }
  if (options.transports.includes('polling')) {
    findings.push({
      code: 'POLLING',
      severity: 'warning',
      message:
        "transports has 'polling': its requests must all reach one node, and its session id in the URL is a secret.",
      cure: "Remove 'polling'; or, with more than one node, make the load balancer's sessions sticky.",
    });
  }
  if (pingInterval !== null && pingInterval >= COMMON_IDLE_TIMEOUT) {
    findings.push({
      code: 'SLOW_PING',
      severity: 'warning',
      message: `An idle connection is pinged every ${pingInterval} ms; many proxies cut what is silent for ${COMMON_IDLE_TIMEOUT} ms.`,
      cure: 'Set pingInterval below the idle timeout of every proxy on the way, in the WebSocket adapter that raises it; 25,000 is the default.',
    });
  }
  return findings;
}
