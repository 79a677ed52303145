// Which server does a test of the client talk to? A real Socket.IO server that follows a script and records what it receives.
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';

export interface HeardRequest {
  readonly event: string;
  readonly body: unknown;
  readonly socket: Socket;
  /** Answers later, if the script returned no answer. */
  readonly reply: (answer: unknown) => void;
}

type Script = (request: HeardRequest) => unknown;

export const refuse = (code: string, retryable: boolean, more: object = {}): object => ({
  ok: false,
  error: { code, message: `${code}.`, retryable, ...more },
});

const channelsOf = (body: unknown): string[] => [body].flat().map((item) => (item as { channel: string }).channel);

export class ScriptedServer {
  readonly handshakes: { auth: Record<string, unknown>; cookie?: string; at: number }[] = [];
  readonly requests: HeardRequest[] = [];
  /** `data` of the next connect errors; once the list is empty, every client may connect. */
  readonly refusals: object[] = [];
  welcome: object | null = { protocol: 1, connectionId: 'c1', user: { userId: 'u1', roles: ['member'] } };
  /** Channels that the server subscribes by itself, after the welcome. */
  announced: string[] = [];
  port = 0;
  private readonly scripts = new Map<string, Script>();
  private readonly emitter = new EventEmitter();
  private readonly http = createServer();
  private readonly io: Server;

  private constructor(maxHttpBufferSize?: number) {
    this.io = new Server(this.http, { path: '/realtime', transports: ['websocket'], maxHttpBufferSize });
    this.io.use((socket, next) => {
      const { auth, headers } = socket.handshake;
      this.handshakes.push({ auth, cookie: headers.cookie, at: Date.now() });
      this.emitter.emit('heard');
      const data = this.refusals.shift();
      next(data && Object.assign(new Error('refused'), { data }));
    });
    this.io.on('connection', (socket) => {
      if (this.welcome) socket.emit('rt:welcome', this.welcome);
      for (const channel of this.announced) socket.emit('rt:subscribed', { channel });
      socket.onAny((event: string, body: unknown, ack?: (answer: unknown) => void) => {
        const request = { event, body, socket, reply: (answer: unknown) => ack?.(answer) };
        const answer = (this.scripts.get(event) ?? this.agree)(request);
        if (answer !== undefined) request.reply(answer);
        this.requests.push(request);
        this.emitter.emit('heard');
      });
      this.emitter.emit('heard');
    });
  }

  /** @param frameBytes the largest frame that it takes. */
  static async listen(port = 0, frameBytes?: number): Promise<ScriptedServer> {
    const server = new ScriptedServer(frameBytes);
    server.emitter.setMaxListeners(100);
    server.http.listen(port);
    await once(server.http, 'listening');
    server.port = (server.http.address() as AddressInfo).port;
    return server;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** The newest open connection. */
  get socket(): Socket {
    return [...this.io.sockets.sockets.values()].at(-1)!;
  }

  /** Answers requests of one kind; undefined leaves them unanswered. */
  on(event: string, script: Script): this {
    this.scripts.set(event, script);
    return this;
  }

  /** Serves one page, beside the sockets. */
  serve(html: string): this {
    this.http.on('request', ({ url }, response) => {
      if (url === '/') response.setHeader('content-type', 'text/html').end(html);
    });
    return this;
  }

  /** Bodies of the requests of one kind so far. */
  bodies(event: string): unknown[] {
    return this.requests.filter((request) => request.event === event).map(({ body }) => body);
  }

  /** Waits until `count` requests of one kind have arrived. @returns the last of them. */
  async heard(event: string, count = 1): Promise<HeardRequest> {
    const found = (): HeardRequest[] => this.requests.filter((request) => request.event === event);
    await this.until(() => found().length >= count);
    return found()[count - 1];
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.emitter, 'heard');
  }

  /** Closes the transport without a goodbye, as a broken network does. */
  drop(): void {
    this.socket.conn.close();
  }

  async close(): Promise<void> {
    await this.io.close();
  }

  private agree({ event, body }: HeardRequest): unknown {
    if (event === 'rt:subscribe' || event === 'rt:unsubscribe') {
      const replies = channelsOf(body).map((channel) => ({ ok: true, channel }));
      return Array.isArray(body) ? replies : replies[0];
    }
    if (event === 'rt:authenticate') return { ok: true, user: { userId: 'u1', roles: [] } };
    return { ok: true };
  }
}
