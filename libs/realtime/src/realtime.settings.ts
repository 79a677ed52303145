// Are an application's settings valid, and which options result from them? Checked once at boot.
import { isHost, isOrigin } from './authorization/origin-format.js';
import { RealtimeFault } from './realtime.exception.js';
import {
  DOCTOR_CODES,
  type DoctorCode,
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
  if (
    settings.transport === 'in-memory' &&
    environment === 'production' &&
    settings.allowInMemoryInProduction !== true
  ) {
    faults.push(
      "transport: 'in-memory' reaches no client and is refused when NODE_ENV=production; remove it, or set allowInMemoryInProduction: true",
    );
  }
  if (faults.length > 0) throw RealtimeFault.of('RealtimeModule has invalid options:', faults);
  return Object.assign(defaults, defined(settings), {
    limits: resolveLimits(settings.limits ?? {}),
    doctor: Object.assign(new RealtimeDoctorOptions(), defined(settings.doctor ?? {})),
  });
}

/** Bytes of one message, from which the default limits of bytes are derived. */
const ORDINARY_MESSAGE = 4_096;

/** Limits of packets and bytes that are not given rise with the limits of messages and payloads. */
function resolveLimits(given: Partial<RealtimeLimits>): RealtimeLimits {
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

const positiveInteger: Rule = (value) =>
  Number.isSafeInteger(value) && (value as number) > 0 ? null : 'must be a positive integer';
const flag: Rule = (value) => (typeof value === 'boolean' ? null : 'must be true or false');

const RULES: Rules<RealtimeOptions> = {
  transport: (value) => (value === 'socket.io' || value === 'in-memory' ? null : "must be 'socket.io' or 'in-memory'"),
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
    Array.isArray(value) && value.every((origin) => origin === 'self' || isOrigin(origin))
      ? null
      : "must be a list of origins such as 'https://app.example', and 'self' for the server's own",
  hosts: (value) =>
    Array.isArray(value) && value.every(isHost)
      ? null
      : "must be a list of names such as 'app.example' or 'app.example:8443', as browsers send them",
  trustProxy: flag,
  allowMissingOrigin: flag,
  requestUser: (value) =>
    typeof value === 'function' ? null : 'must be a function that returns the id of a user, or null',
  requestTimeout: positiveInteger,
  authenticationTimeout: positiveInteger,
  lease: positiveInteger,
  expiryNotice: positiveInteger,
  drainTimeout: positiveInteger,
  slowConsumer: (value) => (value === 'disconnect' || value === 'drop' ? null : "must be 'disconnect' or 'drop'"),
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
  connectionsPerUser: positiveInteger,
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
