// What does the server answer to a handwritten request? Headers twice, no Host, another target: what no client library sends.
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface RawAnswer {
  readonly status: number;
  /** Everything after the status line. */
  readonly rest: string;
}

/** The upgrade of a WebSocket, without the request line and the lines that name host and origin. */
export const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

export function upgradeOf(path = '/realtime'): string {
  return `GET ${path}/?EIO=4&transport=websocket HTTP/1.1`;
}

/** Sends the lines unchanged; resolves with the head of the answer, and hangs up. A connection that ends without one is status 0. */
export async function answerTo(url: string, lines: readonly string[], body = ''): Promise<RawAnswer> {
  const { hostname, port, protocol } = new URL(url);
  const to = { host: hostname, port: Number(port) };
  const socket = protocol === 'https:' ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to);
  await once(socket, protocol === 'https:' ? 'secureConnect' : 'connect');
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  let text = '';
  try {
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes('\r\n\r\n')) break;
    }
  } catch {
    // A server that hangs up has sent everything that it has to send.
  }
  socket.destroy();
  const [line, ...rest] = text.split('\r\n');
  return { status: Number(line.split(' ')[1] ?? 0), rest: rest.join('\r\n') };
}
