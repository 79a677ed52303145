// Are an application's settings valid, and which options result from them? Checked once at boot.
import { milliseconds, shownValue } from '@nestjs-realtime/contract';
import { isHost, isOrigin } from './authorization/origin-format.js';
import { isOriginPattern } from './authorization/origin-pattern.js';
import { newNodeId } from './connections/node-id.js';
import { RealtimeFault } from './realtime.exception.js';
import {
  DOCTOR_CODES,
  type DoctorCode,
  type DurationOption,
  RealtimeDoctorOptions,
  RealtimeLimits,
  RealtimeOptions,
  type RealtimeSettings,
} from './realtime.options.js';

/** The defaults, overridden by an application's settings. @throws RealtimeFault that names every invalid option. */
export function resolveOptions(settings: RealtimeSettings = {}, environment = process.env.NODE_ENV): RealtimeOptions {
  const defaults = new RealtimeOptions();
  const faults = [
    ...faultsIn(settings, RULES, ''),
    ...(isRecord(settings.limits) ? faultsIn(settings.limits, LIMIT_RULES, 'limits.') : []),
    ...(isRecord(settings.doctor) ? faultsIn(settings.doctor, DOCTOR_RULES, 'doctor.') : []),
  ];
  if (settings.mode === 'in-memory' && environment === 'production' && settings.allowInMemoryInProduction !== true) {
    faults.push(
      "mode: 'in-memory' reaches no client and is refused when NODE_ENV=production; remove it, or set allowInMemoryInProduction: true",
    );
  }
  if (faults.length > 0) throw RealtimeFault.of('RealtimeModule has invalid options:', faults);
  const anyOrigin = settings.cookies === false && settings.origins === undefined;
  if (anyOrigin) defaults.origins = 'any';
  return Object.assign(defaults, defined(settings as object), lengthsOf(settings), {
    nodeId: newNodeId(settings.nodeId),
    limits: resolveLimits(settings.limits ?? {}),
    doctor: Object.assign(new RealtimeDoctorOptions(), defined(settings.doctor ?? {})),
  });
}

/** The options that are lengths of time, in milliseconds. */
function lengthsOf(settings: RealtimeSettings): Partial<Record<DurationOption, number>> {
  return Object.fromEntries(
    DURATIONS.filter((name) => settings[name] !== undefined).map((name) => [name, milliseconds(settings[name])]),
  );
}

const DURATIONS = [
  'requestTimeout',
  'authenticationTimeout',
  'lease',
  'expiryNotice',
  'drainTimeout',
  'acknowledgeTimeout',
  'presenceGrace',
  'presenceGather',
] as const satisfies readonly DurationOption[];

/** Bytes of one message, from which the default limits of bytes are derived. */
const ORDINARY_MESSAGE = 4_096;

/** Limits of packets and bytes that are not given rise with the limits of messages and payloads. */
function resolveLimits(given: NonNullable<RealtimeSettings['limits']>): RealtimeLimits {
  const limits = Object.assign(new RealtimeLimits(), defined(given));
  if (given.packetsPerSecond === undefined) {
    limits.packetsPerSecond = Math.max(limits.packetsPerSecond, 2 * limits.messagesPerSecond, 2 * limits.messageBurst);
  }
  const { messagesPerSecond, messageBurst, payloadBytes } = limits;
  if (given.bytesPerSecond === undefined) {
    limits.bytesPerSecond = Math.max(limits.bytesPerSecond, ORDINARY_MESSAGE * messagesPerSecond, payloadBytes);
  }
  if (given.byteBurst === undefined) {
    limits.byteBurst = Math.max(2 * limits.bytesPerSecond, ORDINARY_MESSAGE * messageBurst, 4 * payloadBytes);
  }
  return limits;
}

type Rule = (value: unknown) => string | null;
type Rules<Options> = { readonly [Name in keyof Options]-?: Rule };

/** The longest delay of a timer. */
const LONGEST_DURATION = 2 ** 31 - 1;

const duration: Rule = (value) => {
  const length = milliseconds(value);
  return length !== null && length >= 1 && length <= LONGEST_DURATION
    ? null
    : `must be a duration of 1 ms to 24 days: milliseconds, or a number with ms, s, m, h or d, such as '30s'; it is ${shownValue(value)}`;
};
const positiveInteger: Rule = (value) =>
  Number.isSafeInteger(value) && (value as number) > 0 ? null : 'must be a positive integer';
const flag: Rule = (value) => (typeof value === 'boolean' ? null : 'must be true or false');

const RULES: Rules<RealtimeOptions> = {
  mode: (value) =>
    value === 'server' || value === 'publisher' || value === 'in-memory'
      ? null
      : "must be 'server', 'publisher' or 'in-memory'",
  nodeId: (value) =>
    typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)
      ? null
      : "must be 1 to 64 letters, digits, dots, hyphens and underscores, such as 'web-1'",
  inMemoryRecord: positiveInteger,
  allowInMemoryInProduction: flag,
  path: (value) =>
    typeof value === 'string' && value.startsWith('/') && value.length > 1 && !value.endsWith('/')
      ? null
      : "must begin with '/' and not end with it, such as '/realtime'",
  transports: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((name) => name === 'websocket' || name === 'polling')
      ? null
      : "must be a list of 'websocket' and 'polling'",
  origins: (value) =>
    typeof value === 'function' ||
    (Array.isArray(value) && value.every((origin) => origin === 'self' || isOrigin(origin) || isOriginPattern(origin)))
      ? null
      : "must be a list of origins such as 'https://app.example' or 'https://*.app.example' (a star for whole labels, with two labels at least behind it), and 'self' for the server's own; or a function",
  cookies: flag,
  hosts: (value) =>
    Array.isArray(value) && value.every(isHost)
      ? null
      : "must be a list of names such as 'app.example' or 'app.example:8443', as browsers send them",
  trustProxy: flag,
  allowMissingOrigin: flag,
  requestUser: (value) =>
    typeof value === 'function' ? null : 'must be a function that returns the id of a user, or null',
  requestTimeout: duration,
  authenticationTimeout: duration,
  lease: duration,
  expiryNotice: duration,
  drainTimeout: duration,
  acknowledgeTimeout: duration,
  presenceGrace: (value) => (value === 0 ? null : duration(value)),
  presenceGather: duration,
  slowConsumer: (value) => (value === 'disconnect' || value === 'drop' ? null : "must be 'disconnect' or 'drop'"),
  recoverBytes: positiveInteger,
  fanOut: (value) => (value === 'fast' || value === 'stock' ? null : "must be 'fast' or 'stock'"),
  limits: (value) => (isRecord(value) ? null : 'must be an object'),
  doctor: (value) => (isRecord(value) ? null : 'must be an object'),
};

const DOCTOR_RULES: Rules<RealtimeDoctorOptions> = {
  silence: (value) =>
    Array.isArray(value) && value.every((code) => DOCTOR_CODES.includes(code as DoctorCode))
      ? null
      : `must be a list of ${DOCTOR_CODES.join(', ')}`,
};

const LIMIT_RULES: Rules<RealtimeLimits> = {
  payloadBytes: positiveInteger,
  payloadDepth: positiveInteger,
  payloadKeys: positiveInteger,
  connectionsPerUser: (value) => {
    if (!isRecord(value)) return positiveInteger(value);
    const { max, across = 'node', over = 'refuse', ...others } = value;
    const isSound =
      positiveInteger(max) === null &&
      (across === 'node' || (across === 'cluster' && (max as number) <= 1_000)) &&
      (over === 'refuse' || over === 'close-oldest');
    return isSound && Object.keys(others).length === 0
      ? null
      : "must be a positive integer, or { max, across: 'node' | 'cluster', over: 'refuse' | 'close-oldest' }, with a max of at most 1,000 across the cluster";
  },
  watchedUsers: positiveInteger,
  subscriptionsPerConnection: positiveInteger,
  messagesPerSecond: positiveInteger,
  messageBurst: positiveInteger,
  packetsPerSecond: positiveInteger,
  bytesPerSecond: positiveInteger,
  byteBurst: positiveInteger,
  handlersInFlight: positiveInteger,
  pendingAuthentications: positiveInteger,
  renewalsInFlight: positiveInteger,
  queuedBytes: positiveInteger,
};

/** Names that applications try, and why they are not options. */
const REFUSED_OPTIONS: Readonly<Record<string, string>> = {
  connectionStateRecovery: 'replays missed packets before the gates run and is never used',
  cors: 'is derived from origins',
  transport: "is called mode: 'server', 'publisher' or 'in-memory'",
  namespace: 'is always the default one',
};

function faultsIn<Options>(given: object, rules: Rules<Options>, prefix: string): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof Options] : undefined;
    if (rule === undefined) {
      const known = Object.hasOwn(REFUSED_OPTIONS, name) ? REFUSED_OPTIONS[name] : undefined;
      const why = known ?? `is not an option; there are ${Object.keys(rules).join(', ')}`;
      return [`${prefix}${name} ${why}`];
    }
    const fault = rule(value);
    return fault === null ? [] : [`${prefix}${name} ${fault}`];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function defined<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;
}
