// What can an application set of its dashboard? Every option with its default, checked once at boot.
import { RealtimeFault } from 'nestjs-realtime';

/** A BullMQ `Queue`, as far as the dashboard looks at it. */
export interface DashboardQueue {
  readonly name: string;
  readonly opts: { readonly connection?: object; readonly prefix?: string };
  getJobCounts(...states: ('waiting' | 'active' | 'completed' | 'failed')[]): Promise<Record<string, number>>;
}

/** Settings of the dashboard. */
export class RealtimeDashboardOptions {
  /** Where the page is, under the application's global prefix. Default `/realtime-dashboard`. */
  path = '/realtime-dashboard';
  /** Who may see the data and act on users: those who hold this role. Default `'admin'`. */
  role = 'admin';
  /** Whether rows carry payloads, redacted and cut to 2,048 characters. Default `'hidden'`. */
  payloads: 'hidden' | 'shown' = 'hidden';
  /**
   * Where payloads are shown: a value is left out when its key contains one of these words, in any case, `-` and `_` aside. A list of
   * your own replaces the default: authorization, cardnumber, cookie, credential, creditcard, cvc, cvv, hash, iban, passphrase,
   * passwd, password, privatekey, secret, session, signature, token, apikey.
   */
  redact: readonly string[] = DEFAULT_REDACT;
  /** Queues to show; an empty list shows none. Default: every BullMQ `Queue` among the application's providers. */
  queues: readonly DashboardQueue[] | null = null;
}

/** Settings as an application writes them: any of them, the rest by default. */
export type RealtimeDashboardModuleOptions = Partial<RealtimeDashboardOptions>;

const DEFAULT_REDACT: readonly string[] = [
  'apikey',
  'authorization',
  'cardnumber',
  'cookie',
  'credential',
  'creditcard',
  'cvc',
  'cvv',
  'hash',
  'iban',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'secret',
  'session',
  'signature',
  'token',
];

/** @throws RealtimeFault that names every option at fault. */
export function resolveDashboardOptions(given: RealtimeDashboardModuleOptions = {}): RealtimeDashboardOptions {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const faults = set.flatMap(([name, value]) => {
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof RealtimeDashboardOptions] : undefined;
    if (rule === undefined) return [`${name} is not an option; there are ${Object.keys(RULES).join(', ')}`];
    const fault = rule(value);
    return fault === null ? [] : [`${name} ${fault}`];
  });
  if (faults.length > 0) throw RealtimeFault.of('RealtimeDashboardModule has options at fault:', faults);
  return Object.assign(new RealtimeDashboardOptions(), Object.fromEntries(set));
}

type Rule = (value: unknown) => string | null;

const RULES: { readonly [Name in keyof RealtimeDashboardOptions]-?: Rule } = {
  path: (value) =>
    typeof value === 'string' && /^(\/[A-Za-z0-9_~.-]+)+$/.test(value)
      ? null
      : "must be one or more segments of letters, digits and _~.-, such as '/realtime-dashboard'",
  role: (value) =>
    typeof value === 'string' && value.trim() !== '' ? null : "must be the name of a role, such as 'admin'",
  payloads: (value) => (value === 'hidden' || value === 'shown' ? null : "must be 'hidden' or 'shown'"),
  redact: (value) =>
    Array.isArray(value) && value.every((word) => typeof word === 'string' && /[A-Za-z0-9]/.test(word))
      ? null
      : "must be a list of words, such as ['password', 'token']; an empty list redacts nothing",
  queues: (value) =>
    value === null || (Array.isArray(value) && value.every(isQueue))
      ? null
      : "must be a list of BullMQ queues, such as [new Queue('mails', { connection })]; leave it out to have them found",
};

/** Providers may be anything, proxies that throw included. */
export function isQueue(value: unknown): value is DashboardQueue {
  try {
    const { name, opts, getJobCounts } = value as Partial<DashboardQueue>;
    return typeof getJobCounts === 'function' && typeof name === 'string' && typeof opts === 'object' && opts !== null;
  } catch {
    return false;
  }
}
