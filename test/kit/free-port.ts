// Where can a test start a server whose port must be known before? On a port that is free at this moment, and that no client is given by chance.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to clients: one of those may be taken before the server starts, or while it is away. */
const FIRST = 20_000;
const COUNT = 12_000;
const ATTEMPTS = 100;

export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
