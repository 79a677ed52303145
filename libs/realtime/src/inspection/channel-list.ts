// How does a person read the channels of an application? As a table: who gets in, and which handler takes which message.
import { aligned } from './aligned-text.js';
import { type ChannelList, type ListedChannel, type ListedMessage, scopeText } from './channel-rights.js';

const HEADINGS = ['CHANNEL', 'SCOPE', 'GUARDS', 'MESSAGE', 'HANDLER', "HANDLER'S GUARDS"];

/**
 * A table with one row for each message and each snapshot, and one for each channel that has neither. The first row is what gate 1 asks. Control
 * characters are escaped.
 *
 * @example console.log(renderChannels(listChannels(app)));
 */
export function renderChannels({ connect, channels }: ChannelList): string {
  const entrance = ['*', 'anyone', names([connect.authenticator, ...connect.guards]), '-', '-', '-'];
  return aligned([HEADINGS, entrance, ...channels.flatMap(rowsOf)]).join('\n');
}

/** The channel stands in its first row only. */
function rowsOf({ name, scope, guards, messages, snapshot }: ListedChannel): string[][] {
  const channel = [name, scopeText(scope), names(guards)];
  const rows = [...(snapshot === null ? [] : [['(snapshot)', snapshot, '-']]), ...messages.map(cellsOf)];
  if (rows.length === 0) return [[...channel, '-', '-', '-']];
  return rows.map((row, at) => [...(at === 0 ? channel : ['', '', '']), ...row]);
}

function cellsOf({ name, handler, whisper, guards }: ListedMessage): string[] {
  return [name, whisper ? '(whisper)' : (handler ?? '(no handler)'), names(guards)];
}

function names(guards: readonly string[]): string {
  return guards.join(', ') || '-';
}
