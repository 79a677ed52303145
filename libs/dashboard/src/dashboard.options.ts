// Which options does the dashboard have? Each with its default, checked once at boot.
import { RealtimeFault } from 'nestjs-realtime';

/** The part of a BullMQ `Queue` that the dashboard uses. */
export interface DashboardQueue {
  readonly name: string;
  readonly opts: { readonly connection?: object; readonly prefix?: string };
  getJobCounts(...states: ('waiting' | 'active' | 'completed' | 'failed')[]): Promise<Record<string, number>>;
}

/** Options of the dashboard. */
export class RealtimeDashboardOptions {
  /** Path of the page, under the application's global prefix. Default `/realtime-dashboard`. */
  path = '/realtime-dashboard';
  /** Where the link back to the application leads: a path of this server, or a URL; null for no link. Default `/`. */
  home: string | null = '/';
  /** Users with this role see the data, and may disconnect and evict users. Default `'admin'`. */
  role = 'admin';
  /** Whether rows carry payloads, and lists of members their data, redacted and cut to 2,048 characters. Default `'hidden'`. */
  payloads: 'hidden' | 'shown' = 'hidden';
  /**
   * For `payloads: 'shown'`: a value is redacted when its key contains one of these words. Case and punctuation do not matter. Your own
   * list replaces the default: authorization, cardnumber, cookie, credential, creditcard, cvc, cvv, hash, iban, passphrase,
   * passwd, password, privatekey, secret, session, signature, token, apikey.
   */
  redact: readonly string[] = DEFAULT_REDACT;
  /** Queues to show; an empty list shows none. Default `null`: every BullMQ `Queue` among the application's providers. */
  queues: readonly DashboardQueue[] | null = null;
}

/** Options as an application writes them. Those left out get their default. */
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

/** @throws RealtimeFault that names every invalid option. */
export function resolveDashboardOptions(given: RealtimeDashboardModuleOptions = {}): RealtimeDashboardOptions {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const faults = set.flatMap(([name, value]) => {
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof RealtimeDashboardOptions] : undefined;
    if (rule === undefined) return [`${name} is not an option; the options are ${Object.keys(RULES).join(', ')}`];
    const fault = rule(value);
    return fault === null ? [] : [`${name} ${fault}`];
  });
  if (faults.length > 0) throw RealtimeFault.of('RealtimeDashboardModule has invalid options:', faults);
  return Object.assign(new RealtimeDashboardOptions(), Object.fromEntries(set));
}

type Rule = (value: unknown) => string | null;

const RULES: { readonly [Name in keyof RealtimeDashboardOptions]-?: Rule } = {
  path: (value) =>
    typeof value === 'string' && /^(\/[A-Za-z0-9_~.-]+)+$/.test(value)
      ? null
      : "must be one or more segments of letters, digits and _~.-, such as '/realtime-dashboard'",
  home: (value) =>
    value === null ||
    (typeof value === 'string' && /^(\/(?!\/)|https?:\/\/)/.test(value) && URL.canParse(value, 'http://host'))
      ? null
      : "must be a path such as '/', a URL such as 'https://app.example', or null for no link",
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
      : "must be a list of BullMQ queues, such as [new Queue('mails', { connection })]; leave it out to show every queue among the providers",
};

/** Accepts any value. A provider may be a proxy that throws. */
export function isQueue(value: unknown): value is DashboardQueue {
  try {
    const { name, opts, getJobCounts } = value as Partial<DashboardQueue>;
    return typeof getJobCounts === 'function' && typeof name === 'string' && typeof opts === 'object' && opts !== null;
  } catch {
    return false;
  }
}
