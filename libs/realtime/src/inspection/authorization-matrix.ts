// Who may do what? Each right of each channel is one line, so that the diff of a snapshot shows which rights have changed.
import type { INestApplicationContext } from '@nestjs/common';
import { type ListedChannel, type ListedMessage, listChannels, scopeText } from './channel-rights.js';

/**
 * The rules of an initialised application as text: `channel | right | scope | guards`. Order and layout depend on the rules only. The
 * code of a guard cannot be shown, so guards are named and marked `(opaque)`.
 *
 * @throws RealtimeFault if the application does not import `RealtimeModule`.
 * @example expect(renderAuthorizationMatrix(app)).toMatchSnapshot();
 */
export function renderAuthorizationMatrix(app: INestApplicationContext): string {
  const { connect, channels } = listChannels(app);
  const entrance = row('*', 'connect', 'anyone', opaque([connect.authenticator, ...connect.guards]));
  return [row('channel', 'right', 'scope', ['guards']), entrance, ...channels.flatMap(rightsOf), ''].join('\n');
}

function rightsOf(channel: ListedChannel): string[] {
  const { name, messages, events, snapshot } = channel;
  return [
    row(name, 'subscribe', scopeText(channel.scope), opaque(sorted(channel.guards))),
    ...messages.map((message) => rightToSend(channel, message)),
    ...events.map((event) => row(name, `broadcast ${event}`, 'server', [])),
    // Those who may subscribe hear it.
    ...(snapshot === null
      ? []
      : [row(name, 'hear snapshot', scopeText(channel.scope), opaque(sorted(channel.guards)))]),
  ];
}

function rightToSend({ name: channel, scope, guards }: ListedChannel, message: ListedMessage): string {
  const { name, whisper, handler } = message;
  if (whisper) return row(channel, `whisper ${name}`, scopeText(scope), opaque(sorted(guards)));
  const who = handler === null ? 'nobody, it has no handler' : scopeText(scope);
  return row(channel, `send ${name}`, who, opaque(sorted(message.guards)));
}

/** Cells are not padded: a longer name must not change other lines. */
function row(channel: string, right: string, scope: string, guards: readonly string[]): string {
  return [channel, right, scope, guards.join(', ') || '-'].join(' | ');
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort();
}

function opaque(guards: readonly string[]): string[] {
  return guards.map((guard) => `${guard} (opaque)`);
}
