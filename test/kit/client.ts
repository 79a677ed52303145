// What does a client see? A thin wrapper over plain socket.io-client that records everything in order of arrival.
import { io, type Socket } from 'socket.io-client';
import type { RefusalError, WelcomeFrame } from '@nestjs-realtime/contract';

export interface ClientOptions {
  /** Session id, sent as `auth.token`. */
  readonly as?: string;
  readonly auth?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly path?: string;
  /** Socket.IO namespace; the default one by default. */
  readonly namespace?: string;
  /** Called before the connection opens; what it emits goes out in the tick of the connect. */
  readonly prepare?: (socket: Socket) => void;
}

export interface Reply {
  readonly ok: boolean;
  readonly channel?: string;
  readonly data?: unknown;
  readonly error?: RefusalError;
}

export interface ReceivedEvent {
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
}

export class Client {
  /** Every rt:event, in order. */
  readonly events: ReceivedEvent[] = [];
  /** Everything that arrived, in order: `reply rt:subscribe`, `event orders.42 shipped`, `rt:welcome`. */
  readonly log: string[] = [];
  /** Named by a test that has several users. */
  user?: string;
  /** Resolves with the reason once the connection has ended. */
  readonly closed: Promise<string>;
  private readonly inbox = new Map<string, unknown[][]>();
  private readonly waiting = new Map<string, ((args: unknown[]) => void)[]>();

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.onAny((name: string, ...args: unknown[]) => this.take(name, args));
  }

  /** Resolves once connected; rejects with the `connect_error`, whose `data` is the refusal. */
  static async connect(url: string, options: ClientOptions = {}): Promise<Client> {
    const { as, auth, headers, query, path = '/realtime', namespace = '/', prepare } = options;
    const socket = io(new URL(namespace, url).href, {
      path,
      auth: { ...(as !== undefined && { token: as }), ...auth },
      extraHeaders: headers,
      query,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
    });
    const client = new Client(socket);
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
      socket.once('disconnect', (reason) => reject(new Error(`disconnected before it was connected: ${reason}`)));
    });
    socket.connect();
    prepare?.(socket);
    await connected;
    return client;
  }

  /** Sends one protocol request and resolves with its reply. */
  request<Answer = Reply>(name: string, ...args: unknown[]): Promise<Answer> {
    return new Promise((resolve) => {
      this.socket.emit(name, ...args, (reply: Answer) => {
        this.log.push(`reply ${name}`);
        resolve(reply);
      });
    });
  }

  subscribe(channel: string): Promise<Reply> {
    return this.request('rt:subscribe', { channel });
  }

  unsubscribe(channel: string): Promise<Reply> {
    return this.request('rt:unsubscribe', { channel });
  }

  send(channel: string, event: string, payload?: unknown): Promise<Reply> {
    return this.request('rt:message', { channel, event, payload });
  }

  /** The arguments of the next event of this name that no earlier call has returned. */
  next(name: string): Promise<unknown[]> {
    const args = this.inbox.get(name)?.shift();
    if (args !== undefined) return Promise.resolve(args);
    return new Promise((resolve) => this.waiting.set(name, [...(this.waiting.get(name) ?? []), resolve]));
  }

  async welcome(): Promise<WelcomeFrame> {
    const [frame] = await this.next('rt:welcome');
    return frame as WelcomeFrame;
  }

  /** A round trip: once it resolves, everything that the server sent before has arrived. */
  async settle(): Promise<void> {
    await this.request('rt:settle');
  }

  close(): void {
    this.socket.disconnect();
  }

  private take(name: string, args: unknown[]): void {
    if (name === 'rt:event') {
      const [channel, event, payload] = args as [string, string, unknown];
      this.events.push({ channel, event, payload });
      this.log.push(`event ${channel} ${event}`);
    } else {
      this.log.push(name);
    }
    const resolve = this.waiting.get(name)?.shift();
    if (resolve) return resolve(args);
    const unread = this.inbox.get(name);
    if (unread === undefined) this.inbox.set(name, [args]);
    else unread.push(args);
  }
}
