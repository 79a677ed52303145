// Which node does a client reach? A plain TCP balancer, without sticky sessions, that gives each connection to the next node.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class TcpBalancer {
  /** URLs of the nodes; a connection that none of them takes ends. */
  nodes: readonly string[] = [];
  private taken = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (near: Socket) => {
      const node = this.nodes[this.taken++ % this.nodes.length];
      if (node === undefined) return void near.destroy();
      const { port, hostname } = new URL(node);
      const far = connect(Number(port), hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.pipe(other);
        socket.on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  static async start(...nodes: readonly string[]): Promise<TcpBalancer> {
    const balancer = new TcpBalancer(createServer());
    balancer.nodes = nodes;
    balancer.server.listen(0, '127.0.0.1');
    await once(balancer.server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends all connections without a word, as a lost network does. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}
