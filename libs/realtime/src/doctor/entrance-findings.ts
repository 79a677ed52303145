// Do clients connect as the programmer expects? Hosts, cookies, transports and pings.
import { AnonymousAuthenticator, type IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { SessionAuthenticator } from '../authorization/session.authenticator.js';
import type { RealtimeOptions } from '../realtime.options.js';
import type { RealtimeFinding } from './finding.js';

/** Proxies and load balancers commonly cut connections that are idle for a minute. */
const COMMON_IDLE_TIMEOUT = 60_000;

const CURE =
  "Set one of the two: RealtimeModule.forRoot({ hosts: ['app.example'] }) names the server; { origins: ['https://app.example'] } without 'self' lists the origins of all pages.";

const ANY_HOST: RealtimeFinding = {
  code: 'ANY_HOST',
  severity: 'warning',
  message:
    "origins has 'self' (its default), and hosts does not say what the server is called, so every page counts whose host is that of the Host header: an attacker who points a name at this server (DNS rebinding) connects from a visitor's browser.",
  fix: CURE,
};

export const QUERY_READ: RealtimeFinding = {
  code: 'QUERY_READ',
  severity: 'warning',
  message:
    'Code of the application reads handshake.query: proxies and servers write URLs to their logs, and browsers keep them.',
  fix: "Send credentials in auth; if the parameters hold none, silence it: RealtimeModule.forRoot({ doctor: { silence: ['QUERY_READ'] } }).",
};

export function entranceFindings(
  options: RealtimeOptions,
  authenticator: IRealtimeAuthenticator,
  pingInterval: number | null,
  environment = process.env.NODE_ENV,
): RealtimeFinding[] {
  if (options.mode !== 'server') return [];
  const findings: RealtimeFinding[] = [];
  const { origins } = options;
  if (typeof origins === 'object' && origins.includes('self') && options.hosts.length === 0) {
    findings.push(...(environment === 'production' ? [ANY_HOST] : cookieFindings(authenticator)));
  }
  if (options.transports.includes('polling')) {
    findings.push({
      code: 'POLLING',
      severity: 'warning',
      message:
        "transports has 'polling': its requests must all reach one node, and its session id in the URL is a secret.",
      fix: "Remove 'polling'; or, with more than one node, make the load balancer's sessions sticky.",
    });
  }
  if (pingInterval !== null && pingInterval >= COMMON_IDLE_TIMEOUT) {
    findings.push({
      code: 'SLOW_PING',
      severity: 'warning',
      message: `An idle connection is pinged every ${pingInterval} ms; many proxies cut what is silent for ${COMMON_IDLE_TIMEOUT} ms.`,
      fix: 'Set pingInterval below the idle timeout of every proxy on the way, in the WebSocket adapter that raises it; 25,000 is the default.',
    });
  }
  return findings;
}

/** In development only names of this machine count; in production every name would. */
function cookieFindings(authenticator: IRealtimeAuthenticator): RealtimeFinding[] {
  if (authenticator instanceof AnonymousAuthenticator) return [];
  const cookies = authenticator instanceof SessionAuthenticator;
  const { name } = authenticator.constructor;
  return [
    {
      code: 'COOKIES_WITHOUT_ORIGINS',
      severity: cookies ? 'warning' : 'info',
      message: `${name} ${cookies ? 'reads a session cookie' : 'may read cookies'}, origins has 'self' (its default), and hosts is not set: in production, pages may connect whose host is the Host header that arrives there.`,
      fix: CURE,
    },
  ];
}

/** What the application's WebSocket adapter has changed, and opens no door. */
export function adapterFindings(changed: readonly string[]): RealtimeFinding[] {
  if (changed.length === 0) return [];
  return [
    {
      code: 'ADAPTER_OPTIONS',
      severity: 'warning',
      message: `The application's WebSocket adapter sets what realtime decides itself: ${changed.join(', ')}. Settings of forRoot() for it may not hold, and listeners and cluster adapters are not used.`,
      fix: 'In createIOServer() of the adapter, leave servers with the options.path of realtime as they are.',
    },
  ];
}
