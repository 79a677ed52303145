// What if a proxy does not know WebSockets? A way to a server that passes on plain HTTP, and does with an upgrade what the test says.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class UpgradeProxy {
  /** The transports that were asked for, in order. */
  readonly asked: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    url: string,
    upgrade: (near: Socket) => void,
  ) {
    server.on('connection', (near: Socket) => {
      this.sockets.add(near.on('error', () => undefined));
      near.once('data', (head) => {
        const [line] = head.toString('latin1').split('\r\n');
        const transport = /transport=(\w+)/.exec(line)?.[1] ?? '';
        if (!line.includes('sid=')) this.asked.push(transport);
        if (transport === 'websocket') return upgrade(near);
        const { port, hostname } = new URL(url);
        const far = connect(Number(port), hostname);
        this.sockets.add(far.on('error', () => undefined));
        far.write(head);
        near.pipe(far).pipe(near);
      });
    });
  }

  static async before(url: string, upgrade: (near: Socket) => void): Promise<UpgradeProxy> {
    const proxy = new UpgradeProxy(createServer(), url, upgrade);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
