// Who else may reach our Socket.IO server? No other process: only the broker connects nodes (docs/decisions/0008-no-socket-io-redis-adapter.md).
import type { Namespace, Server } from 'socket.io';

/** What Socket.IO makes once per namespace. */
type AdapterClass = new (namespace: Namespace) => Namespace['adapter'];

/** A namespace whose adapter can be replaced. */
interface WithAdapter {
  adapter: unknown;
}

/** Keeps the adapter that lives in the process, whatever an application's WebSocket adapter installs. */
export class OwnAdapter {
  /**
   * The option `adapter` of our server. Socket.IO makes it before the application's code gets hold of the server, so
   * `server.adapter(createAdapter(...))` comes too late and opens no subscription that would be shared with the application's own servers.
   */
  readonly option: AdapterClass;
  private replaced = false;

  constructor() {
    const pin = (server: Server): AdapterClass => this.pin(server);
    this.option = function (namespace: Namespace) {
      return new (pin(namespace.server))(namespace);
    } as unknown as AdapterClass;
  }

  /** Whether the application has asked for another one. */
  get isReplaced(): boolean {
    return this.replaced;
  }

  /** Call it before a client can connect. It also finds an adapter that was put in place of our option. */
  hold(server: Server): void {
    const Own = this.pin(server);
    const { sockets: namespace } = server;
    const { adapter } = namespace;
    if (adapter.constructor === Own) return;
    this.replaced = true;
    (namespace as unknown as WithAdapter).adapter = new Own(namespace);
    this.orphan(adapter, namespace);
  }

  /**
   * An adapter that has already begun goes on with an empty server, because closing it could end subscriptions that the application's own
   * servers share with it. It closes with our server.
   */
  private orphan(adapter: Namespace['adapter'], { name, server, adapter: own }: Namespace): void {
    const empty = bareServer(server).of(name);
    empty.on('error' as 'connection', () => undefined);
    (adapter as unknown as { nsp: Namespace }).nsp = empty;
    own.close = () => adapter.close();
  }

  /** Later calls of `server.adapter(...)` change nothing. */
  private pin(server: Server): AdapterClass {
    if (Object.hasOwn(server, 'adapter')) return server.adapter() as AdapterClass;
    const Own = adapterInProcess(server);
    const adapter = (...asked: unknown[]): unknown => {
      if (asked.length === 0) return Own;
      this.replaced = true;
      return server;
    };
    Object.defineProperty(server, 'adapter', { value: adapter });
    return Own;
  }
}

/** Of the copy of socket.io-adapter that the server runs with. */
function adapterInProcess(server: Server): AdapterClass {
  return bareServer(server).adapter() as AdapterClass;
}

/** A server of the same copy of Socket.IO, with its defaults, on no HTTP server. */
function bareServer(server: Server): Server {
  return new (server.constructor as new () => Server)();
}
