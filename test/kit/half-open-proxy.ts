// What if a connection dies and neither end is told, as when a laptop sleeps or a router forgets it? A way to a server that swallows what is on it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class HalfOpenProxy {
  private readonly pairs = new Set<{ readonly sockets: readonly Socket[]; isDead: boolean }>();

  private constructor(
    private readonly server: Server,
    port: number,
  ) {
    server.on('connection', (near: Socket) => {
      const far = connect(port, '127.0.0.1');
      const pair = { sockets: [near, far], isDead: false };
      this.pairs.add(pair);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        from.on('error', () => undefined);
        from.on('data', (bytes) => pair.isDead || to.write(bytes));
        from.on('close', () => pair.isDead || to.destroy());
      }
    });
  }

  static async before(port: number): Promise<HalfOpenProxy> {
    const proxy = new HalfOpenProxy(createServer(), port);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The connections of this moment carry nothing any more, and no end hears of it. New ones are sound. */
  swallow(): void {
    for (const pair of this.pairs) pair.isDead = true;
  }

  close(): void {
    for (const { sockets } of this.pairs) for (const socket of sockets) socket.destroy();
    this.server.close();
  }
}
