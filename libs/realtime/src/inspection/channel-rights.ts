// Which rights are there, and what guards them? Read from the registry once, for everything that shows rights.
import type { CanActivate, INestApplicationContext } from '@nestjs/common';
import type { ChannelScope } from '@nestjs-realtime/contract';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { RegisteredChannel, RegisteredMessage } from '../connections/registered-channel.js';
import { CONNECT_GUARDS } from '../guards/connect.guard.js';
import { realtimePart } from './realtime-part.js';

/** What gate 1 asks of each client. */
export interface ListedEntrance {
  /** Name of its class. */
  readonly authenticator: string;
  /** Names of the connect guards, in the order in which they run. */
  readonly guards: readonly string[];
}

/** One message that a channel declares. */
export interface ListedMessage {
  readonly name: string;
  /** Class, method and module; null if no handler takes the message. */
  readonly handler: string | null;
  /** Whether it is forwarded to the other subscribers, without a handler. */
  readonly whisper: boolean;
  /** Names of the guards of its handler's class and method, in the order in which they run at gate 3. */
  readonly guards: readonly string[];
}

/** One channel of an application. */
export interface ListedChannel {
  /** Its name template. */
  readonly name: string;
  readonly scope: ChannelScope;
  /** Names of the guards of all its classes, which gate 2 asks. */
  readonly guards: readonly string[];
  readonly messages: readonly ListedMessage[];
  readonly events: readonly string[];
  /** The method that supplies the state which clients hear first; null if the channel declares none, or has none so far. */
  readonly snapshot: string | null;
}

/** Everything that a client may ask of an application. */
export interface ChannelList {
  readonly connect: ListedEntrance;
  /** Sorted by name, and so are the messages and events of each. */
  readonly channels: readonly ListedChannel[];
}

/**
 * The channels of an initialised application, with their scopes, guards and handlers.
 *
 * @throws RealtimeFault if the application does not import `RealtimeModule`.
 */
export function listChannels(app: INestApplicationContext): ChannelList {
  const registry = realtimePart(app, HandlerRegistry);
  const authenticator = realtimePart<object>(app, IRealtimeAuthenticator);
  const guards = realtimePart<readonly CanActivate[]>(app, CONNECT_GUARDS);
  return channelListOf(registry, authenticator, guards);
}

/** The same, of parts that the caller has. */
export function channelListOf(
  registry: HandlerRegistry,
  authenticator: object,
  guards: readonly CanActivate[],
): ChannelList {
  const channels = registry.listChannels().map((descriptor) => listed(registry.get(descriptor)!));
  return {
    connect: { authenticator: authenticator.constructor.name, guards: guards.map((guard) => guard.constructor.name) },
    channels: channels.sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** A scope as people read it. */
export function scopeText(scope: ChannelScope): string {
  if (typeof scope === 'string') return scope;
  if ('role' in scope) return `role ${scope.role}`;
  return 'userScoped' in scope ? `user {${scope.userScoped}}` : `session {${scope.sessionScoped}}`;
}

function listed(registered: RegisteredChannel): ListedChannel {
  const { descriptor, messages, events, guardNames, snapshot } = registered;
  const { name, scope } = descriptor;
  return {
    name,
    scope,
    guards: [...guardNames],
    messages: [...messages.keys()].sort().map((message) => listedMessage(message, messages.get(message)!)),
    events: [...events.keys()].sort(),
    snapshot: snapshot?.source?.place ?? null,
  };
}

function listedMessage(name: string, { handler, whisper }: RegisteredMessage): ListedMessage {
  return { name, handler: handler?.place ?? null, whisper, guards: [...new Set(handler?.guards)] };
}
