// What if the network before Redis swallows something, and no connection ends? A way to Redis that passes on only what the test lets through.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class RedisProxy {
  /** Whether bytes that come from Redis, or go to it, are passed on. */
  passes: (bytes: Buffer) => boolean = () => true;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** Where the way leads. */
    private target: number,
  ) {
    server.on('connection', (near: Socket) => {
      const far = connect(this.target, '127.0.0.1');
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.sockets.delete(socket));
      }
      near.on('data', (bytes) => this.passes(bytes) && far.write(bytes));
      far.on('data', (bytes) => this.passes(bytes) && near.write(bytes));
      near.on('close', () => far.destroy());
      far.on('close', () => this.passes(NOTHING) && near.destroy());
    });
  }

  static async before(port: number): Promise<RedisProxy> {
    const server = createServer();
    const proxy = new RedisProxy(server, port);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Lets everything through again. Connections over the old way end. */
  restore(): void {
    this.redirect(this.target);
  }

  /** Leads to this port from now on, and lets everything through. Connections over the old way end. */
  redirect(port: number): void {
    this.target = port;
    this.passes = () => true;
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

/** A network that swallows everything swallows the end of a connection, too. */
const NOTHING = Buffer.alloc(0);
