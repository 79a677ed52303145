// Which channel do the server and the page share? The server sends frames; a viewer asks for a snapshot and for members, disconnects users and evicts them.
import { defineRealtimeChannel, type StandardResult, type StandardSchema } from '@nestjs-realtime/contract';
import type { DashboardFrame, DashboardSnapshot, ElsewhereFrame, Listing, MemberRow } from './feed.frames.js';

/** Prefix of every channel of the dashboard. Traffic on these channels is not counted. */
export const DASHBOARD_PREFIX = 'realtime-dashboard.';

/** Name of the only channel so far. */
export const DASHBOARD_CHANNEL = `${DASHBOARD_PREFIX}live` as const;

/** Ends every connection of a user. */
export interface DisconnectUser {
  readonly userId: string;
}

/** Ends a user's subscription to a concrete channel, named as in the rows. */
export interface EvictUser {
  readonly userId: string;
  readonly channel: string;
}

/** Asks who is in a concrete channel, named as in the rows. */
export interface ListMembers {
  readonly channel: string;
}

/** The channel for viewers with that role. Only the server checks the role, so a client may pass any. */
export function dashboardChannel(role: string) {
  return defineRealtimeChannel({
    name: DASHBOARD_CHANNEL,
    scope: { role },
    events: { frame: unchecked<DashboardFrame>(), elsewhere: unchecked<ElsewhereFrame>() },
    messages: {
      // Asks for the current state.
      open: { payload: null, reply: unchecked<DashboardSnapshot>() },
      // NO_PRESENCE: the channel has no members.
      members: {
        payload: strings<ListMembers>('channel'),
        reply: unchecked<Listing<MemberRow>>(),
        errors: { UNKNOWN_CHANNEL: null, NO_PRESENCE: null },
      },
      disconnect: strings<DisconnectUser>('userId'),
      // UNKNOWN_CHANNEL: the application declares no channel of that name.
      evict: { payload: strings<EvictUser>('userId', 'channel'), errors: { UNKNOWN_CHANNEL: null } },
    },
  });
}

/** Type of the channel's declaration. */
export type DashboardChannel = ReturnType<typeof dashboardChannel>;

/** Accepts any value: the server makes it, no client does. */
function unchecked<Value>(): StandardSchema<Value> {
  return schema<Value>((value) => ({ value: value as Value }));
}

/**
 * An object with exactly these properties, each a string that is not empty.
 *
 * Security note: reads client data.
 */
function strings<Value extends object>(...names: readonly (keyof Value & string)[]): StandardSchema<Value> {
  return schema<Value>((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return complaint([], 'must be an object');
    const given = value as Record<string, unknown>;
    if (Object.keys(given).some((key) => !names.includes(key as never))) {
      return complaint([], `must have no properties but ${names.join(', ')}`);
    }
    const missing = names.find((name) => !isText(given[name]));
    if (missing !== undefined) return complaint([missing], `must be a string of 1 to ${LONGEST} characters`);
    return { value: Object.fromEntries(names.map((name) => [name, given[name]])) as Value };
  });
}

const LONGEST = 1_000;

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST;
}

function complaint(path: readonly string[], message: string): StandardResult<never> {
  return { issues: [{ path, message }] };
}

function schema<Value>(validate: (value: unknown) => StandardResult<Value>): StandardSchema<Value> {
  return { '~standard': { version: 1, vendor: 'nestjs-realtime', validate } };
}
