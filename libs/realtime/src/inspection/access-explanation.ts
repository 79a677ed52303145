// Why may a user subscribe to a channel, or not? Replays gates 1 and 2 for a user without a client.
import type { CanActivate, INestApplicationContext } from '@nestjs/common';
import type { PublicUser } from '@nestjs-realtime/contract';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { publicUser, type RealtimeUser, userFault } from '../authorization/realtime-user.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { LONGEST_DELAY } from '../connections/deadline.js';
import { ConnectRequest, SubscribeRequest } from '../connections/realtime-request.js';
import { CONNECT_GUARDS } from '../guards/connect.guard.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { AskedConnection } from './asked.connection.js';
import { channelNameFault } from './channel-name-fault.js';
import { type AccessCheck, GateReplay } from './gate-replay.js';
import { realtimePart } from './realtime-part.js';

/** Whether a user may subscribe to a channel. */
export interface AccessQuestion {
  /** As an authenticator returns users; null for a client without credentials. */
  readonly user: RealtimeUser | null;
  /** A concrete name. */
  readonly channel: string;
  /** Whether guards that are not marked with `@PureGuard()` run too. Default false. */
  readonly runGuards?: boolean;
}

export interface AccessExplanation {
  /** `undecided` where a guard was not run or failed, and none denied. */
  readonly verdict: 'granted' | 'denied' | 'undecided';
  readonly user: PublicUser | null;
  readonly channel: string;
  /** The name template that the channel matches; null if there is none. */
  readonly template: string | null;
  readonly params: Readonly<Record<string, string>>;
  /** In the order of the gates. After one that denies or fails, none is asked. */
  readonly checks: readonly AccessCheck[];
}

/**
 * Asks gates 1 and 2 of an initialised application whether a user may subscribe, and says what each check answers. The authenticator is not
 * asked, and origins, limits and the guards of messages are not part of it.
 *
 * @throws RealtimeFault for an invalid user, an illegal channel name, or an application without `RealtimeModule`.
 * @example expect(await explainAccess(app, { user: ann, channel: 'orders.42' })).toMatchObject({ verdict: 'granted' });
 */
export async function explainAccess(
  app: INestApplicationContext,
  question: AccessQuestion,
): Promise<AccessExplanation> {
  const { user, channel, runGuards = false } = question;
  const fault = faultOf(question);
  if (fault !== null) throw new RealtimeFault(fault);
  const match = realtimePart(app, HandlerRegistry).match(channel);
  const authenticator = realtimePart<object>(app, IRealtimeAuthenticator);
  const guards = realtimePart<readonly CanActivate[]>(app, CONNECT_GUARDS);
  const replay = new GateReplay(realtimePart(app, RealtimeOptions), runGuards);
  const connection = new AskedConnection(user);
  const connect = new ConnectRequest(connection, connection.handshake);
  connect.user = user;
  // Deadlines keep no process alive, and an application that does not listen may have nothing else that does.
  const alive = setInterval(() => undefined, LONGEST_DELAY);
  try {
    await replay.connect(connect, authenticator.constructor.name, guards);
    await replay.subscribe(new SubscribeRequest(connection, channel, match));
  } finally {
    clearInterval(alive);
  }
  const { checks } = replay;
  return {
    verdict: verdictOf(checks),
    user: user && publicUser(user),
    channel,
    template: match?.descriptor.name ?? null,
    params: { ...match?.params },
    checks,
  };
}

function faultOf({ user, channel }: AccessQuestion): string | null {
  const fault = user === null ? null : userFault(user);
  return fault === null ? channelNameFault(channel) : `The user is invalid: ${fault}.`;
}

function verdictOf(checks: readonly AccessCheck[]): AccessExplanation['verdict'] {
  const verdicts = new Set(checks.map(({ verdict }) => verdict));
  if (verdicts.has('denies')) return 'denied';
  return verdicts.has('fails') || verdicts.has('not run') ? 'undecided' : 'granted';
}
