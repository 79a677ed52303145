// Who may do what? Each right of each channel is one line, so that the diff of a snapshot shows which rights have changed.
import type { CanActivate, INestApplicationContext } from '@nestjs/common';
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { CONNECT_GUARDS } from '../guards/connect.guard.js';
import { RealtimeFault } from '../realtime.exception.js';

/**
 * The rules of an initialised application as text: `channel | right | scope | guards`. Order and layout depend on the rules only. The
 * code of a guard cannot be shown, so guards are named and marked `(opaque)`.
 *
 * @throws RealtimeFault if the application does not import `RealtimeModule`.
 * @example expect(renderAuthorizationMatrix(app)).toMatchSnapshot();
 */
export function renderAuthorizationMatrix(app: INestApplicationContext): string {
  const { registry, entrance } = partsOf(app);
  const channels = [...registry.listChannels()].sort((one, other) => (one.name < other.name ? -1 : 1));
  const rows = channels.flatMap((descriptor) => rightsOf(registry.get(descriptor)!));
  return [row('channel', 'right', 'scope', ['guards']), row('*', 'connect', 'anyone', entrance), ...rows, ''].join(
    '\n',
  );
}

function rightsOf({ descriptor, messages, events, guardNames }: RegisteredChannel): string[] {
  const { name } = descriptor;
  const scope = scopeOf(descriptor);
  return [
    row(name, 'subscribe', scope, opaque([...guardNames].sort())),
    ...[...messages.keys()].sort().map((message) => {
      const { handler = null, whisper = false } = messages.get(message) ?? {};
      if (whisper) return row(name, `whisper ${message}`, scope, opaque([...guardNames].sort()));
      const guards = [...new Set(handler?.guards)].sort();
      return row(name, `send ${message}`, handler === null ? 'nobody, it has no handler' : scope, opaque(guards));
    }),
    ...[...events.keys()].sort().map((event) => row(name, `broadcast ${event}`, 'server', [])),
  ];
}

/** Cells are not padded: a longer name must not change other lines. */
function row(channel: string, right: string, scope: string, guards: readonly string[]): string {
  return [channel, right, scope, guards.join(', ') || '-'].join(' | ');
}

function opaque(guards: readonly string[]): string[] {
  return guards.map((guard) => `${guard} (opaque)`);
}

function scopeOf({ scope }: RealtimeChannelDescriptor): string {
  if (typeof scope === 'string') return scope;
  if ('role' in scope) return `role ${scope.role}`;
  return 'userScoped' in scope ? `user {${scope.userScoped}}` : `session {${scope.sessionScoped}}`;
}

function partsOf(app: INestApplicationContext): { registry: HandlerRegistry; entrance: string[] } {
  const anywhere = { strict: false } as const;
  try {
    const registry = app.get(HandlerRegistry, anywhere);
    const authenticator = app.get<object>(IRealtimeAuthenticator, anywhere);
    const guards = app.get<readonly CanActivate[]>(CONNECT_GUARDS, anywhere);
    return { registry, entrance: opaque([authenticator, ...guards].map((part) => part.constructor.name)) };
  } catch (cause) {
    throw Object.assign(new RealtimeFault('The application has no realtime; import RealtimeModule.forRoot().'), {
      cause,
    });
  }
}
