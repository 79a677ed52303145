// Are the history and the presence of a declaration sound?
import type { HistoryOptions, PresenceOptions, PresenceVisibility } from './channel-features.js';
import type { Refuse } from './compile-slots.js';
import { milliseconds } from './duration.js';
import { isPayloadSchema } from './payload-schema.js';

/** What an option must hold: a check, and how to write it. */
type Rules<Options> = Readonly<Record<keyof Options, readonly [check: (value: unknown) => boolean, fix: string]>>;

const isDuration = (value: unknown): boolean => milliseconds(value) !== null;
const DURATION = "write milliseconds, or text such as '30s'";

/** A client that comes back may get all of them at once. */
const MOST_EVENTS = 10_000;

const HISTORY: Rules<HistoryOptions> = {
  size: [
    (value) => Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= MOST_EVENTS,
    'write a whole number from 1 to 10000',
  ],
  ttl: [(value) => isDuration(value) && milliseconds(value) !== 0, `${DURATION}; it is above 0`],
};

const PRESENCE: Rules<PresenceOptions> = {
  data: [isPayloadSchema, 'give it a class or a Standard Schema'],
  setBy: [(value) => value === 'server' || value === 'member', "write 'server' or 'member'"],
  grace: [isDuration, DURATION],
  gather: [isDuration, DURATION],
  visibleTo: [isVisibility, "write 'subscribers', 'nobody' or { role: '...' }"],
};

/** The history of a channel, `true` standing for the defaults; undefined if it has none. */
export function compileHistory(history: unknown, refuse: Refuse): HistoryOptions | undefined {
  return compile('history', history, HISTORY, refuse);
}

/** The presence of a channel, `true` standing for the defaults; undefined if it has none. */
export function compilePresence(presence: unknown, refuse: Refuse): PresenceOptions | undefined {
  return compile('presence', presence, PRESENCE, refuse);
}

function compile<Options extends object>(
  feature: string,
  declared: unknown,
  rules: Rules<Options>,
  refuse: Refuse,
): Options | undefined {
  if (declared === undefined || declared === false) return undefined;
  if (declared === true) return Object.freeze({}) as Options;
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    return refuse(`has no valid ${feature}; write true or an object of options, or leave it out.`);
  }
  for (const [option, value] of Object.entries(declared) as [string, unknown][]) {
    if (!Object.hasOwn(rules, option)) {
      refuse(`has no option "${option}" for ${feature}; the options are ${Object.keys(rules).join(', ')}.`);
    }
    const [check, fix] = rules[option as keyof Options];
    if (value !== undefined && !check(value)) refuse(`has no valid ${option} for ${feature}; ${fix}, or leave it out.`);
  }
  return Object.freeze({ ...declared }) as Options;
}

function isVisibility(value: unknown): value is PresenceVisibility {
  if (value === 'subscribers' || value === 'nobody') return true;
  const role: unknown = typeof value === 'object' && value !== null && 'role' in value ? value.role : undefined;
  return typeof role === 'string' && role.trim() !== '';
}
