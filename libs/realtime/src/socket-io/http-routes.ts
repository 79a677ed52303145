// Which HTTP servers lead to our Socket.IO server? On each, our path is taken before any listener sees it, and all other paths are left alone.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Server } from 'socket.io';
import { WrongPaths } from './intake/wrong-paths.js';

type Engine = Pick<Server['engine'], 'handleRequest' | 'handleUpgrade'>;

/** What an HTTP server emits for a request, with or without an upgrade. */
type Incoming = [request: IncomingMessage, to: ServerResponse & Duplex, head: Buffer];

const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Node calls every listener to `upgrade` for every path, and listeners of ws and Fastify answer what is not theirs with an error. So no listener
 * can share a server with them: what comes to our path has to be taken out of what the server emits.
 */
export class HttpRoutes {
  private engine: Engine | null = null;
  private readonly target: string;
  private readonly wrongPaths: WrongPaths;
  /** How many of the listeners to `upgrade` only let Node emit it, for each server. */
  private readonly idleListeners = new Map<NetServer, number>();
  private readonly restore: (() => void)[] = [];

  constructor(
    path: string,
    private readonly upgrades: boolean,
  ) {
    this.target = `${path.replace(/\/$/, '')}/`;
    this.wrongPaths = new WrongPaths(path);
  }

  get isListening(): boolean {
    return [...this.idleListeners.keys()].some(({ listening }) => listening);
  }

  /** Leads to Socket.IO, from the HTTP server that it is attached to as well. */
  open({ engine, httpServer }: Pick<Server, 'engine' | 'httpServer'>): void {
    this.engine = {
      handleRequest: engine.handleRequest.bind(engine),
      handleUpgrade: engine.handleUpgrade.bind(engine),
    };
    // Engine.IO's own listener takes everything below the path.
    engine.handleUpgrade = () => undefined;
    // A server that is attached to none is led to by attach() alone.
    if (httpServer) this.route(httpServer);
  }

  /** Adds a further server. Further calls for the same have no effect. */
  add(server: NetServer): void {
    if (this.idleListeners.has(server)) return;
    if (this.upgrades) server.on('upgrade', letEmit);
    this.restore.push(() => server.off('upgrade', letEmit));
    this.route(server);
  }

  /** Servers that go on without the application are as before. */
  close(): void {
    for (const restore of this.restore.splice(0)) restore();
    this.idleListeners.clear();
  }

  private route(server: NetServer): void {
    const idle = this.idleListeners.get(server);
    this.idleListeners.set(server, (idle ?? 0) + Number(this.upgrades));
    if (idle !== undefined) return;
    const emit = server.emit.bind(server) as (event: string, ...incoming: unknown[]) => boolean;
    const routed = (event: string, ...incoming: unknown[]): boolean =>
      this.takes(server, event, incoming as Incoming) || emit(event, ...incoming);
    server.emit = routed;
    this.restore.push(() => {
      if (server.emit === routed) server.emit = emit;
    });
  }

  private takes(server: NetServer, event: string, [request, to, head]: Incoming): boolean {
    if (this.engine === null || (event !== 'upgrade' && event !== 'request')) return false;
    if (!this.isOurs(request)) return this.leaves(server, event, request, to);
    if (event === 'request') this.engine.handleRequest(request, to);
    else this.engine.handleUpgrade(request, to, head);
    return true;
  }

  /** What is not ours goes to the other listeners, but where no other would answer an upgrade, its socket would stay open for ever. */
  private leaves(server: NetServer, event: string, request: IncomingMessage, to: Incoming[1]): boolean {
    if (event === 'request') this.wrongPaths.request(request, to);
    else if (server.listenerCount('upgrade') > (this.idleListeners.get(server) ?? 0))
      this.wrongPaths.upgrade(request, to);
    else {
      this.wrongPaths.unserved(request);
      to.on('error', () => to.destroy());
      to.end(NOT_FOUND, () => to.destroy());
      return true;
    }
    return false;
  }

  /** Security note: reads client data. */
  private isOurs({ url = '' }: IncomingMessage): boolean {
    return url.startsWith(this.target) && (url.length === this.target.length || url[this.target.length] === '?');
  }
}

/** Whether something is a server of node:http or node:https; Express and Nest applications are not. */
export function isHttpServer(value: unknown): value is NetServer {
  if (typeof value !== 'object' || value === null) return false;
  return 'listening' in value && 'listenerCount' in value && typeof (value as NetServer).emit === 'function';
}

/** Without a listener, Node would hand an upgrade on as a plain request. */
function letEmit(): void {
  // What is ours has been taken before.
}
