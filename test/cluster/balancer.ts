// Which node serves a connection? The next one that takes it: a balancer that knows TCP, and no sessions.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Balancer {
  private readonly ports = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private turn = 0;
  private server: Server | null = null;

  /** The node takes connections on this port from now on; on none if it is null. */
  set(node: string, port: number | null): void {
    if (port === null) this.ports.delete(node);
    else this.ports.set(node, port);
  }

  /** Resolves with the port. */
  async listen(port: number): Promise<number> {
    const server = createServer((client) => this.serve(client));
    this.server = server;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  close(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private serve(client: Socket): void {
    this.keep(client);
    this.dial(client, [...this.ports.values()]);
  }

  /** A node that has died, and is not gone from the list yet, takes no connection: the next one does. */
  private dial(client: Socket, ports: readonly number[]): void {
    if (ports.length === 0 || client.destroyed) return void client.destroy();
    const port = ports[this.turn++ % ports.length];
    const node = connect(port, '127.0.0.1');
    this.keep(node);
    const refused = (): void =>
      this.dial(
        client,
        ports.filter((other) => other !== port),
      );
    node.once('error', refused);
    node.once('connect', () => {
      node.off('error', refused);
      // Either end takes the other with it.
      node.once('close', () => client.destroy());
      client.once('close', () => node.destroy());
      client.pipe(node).pipe(client);
    });
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.sockets.delete(socket));
  }
}
