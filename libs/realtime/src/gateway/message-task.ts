// How long does one message live? From its place in the queue to its one answer: done, refused, or out of time.
import type { RefusalCode } from '@nestjs-realtime/contract';
import type { Turn } from '../connections/channel-lanes.js';
import { isPromiseLike } from '../connections/promise-like.js';
import type { RealtimeContext } from '../connections/realtime-context.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { RealtimeException } from '../realtime.exception.js';
import { type Deadlines, Expiring } from './deadlines.js';
import type { PendingRequest } from './pending-request.js';
import type { ParsedMessage } from './request-frames.js';

/** What a task needs of the service that made it. */
export interface MessageService {
  /** Handlers that may run at once for one connection. */
  readonly slots: number;
  /** Of all messages under way. */
  readonly deadlines: Deadlines;
  /** The message as gate 3 and the handler see it, with the admission looked up now. */
  contextOf(connection: RealtimeConnection, message: ParsedMessage): RealtimeContext;
  /** The message has ended; nothing that concerns it is remembered any more. */
  forget(context: RealtimeContext): void;
  /** Gate 3, then the handler. Returns or resolves with what the handler gave; throws or rejects with a `RealtimeException`. */
  handle(context: RealtimeContext): unknown;
  /** The refusal an error means, counted. */
  refusalOf(error: unknown, connection: RealtimeConnection, message: ParsedMessage): RealtimeException;
  /** Returns the moment in milliseconds, 0 where nobody wants to know how long it takes. */
  begun(): number;
  /** `code` is null where the answer was yes. */
  ended(context: RealtimeContext, code: RefusalCode | null, begunAt: number): void;
}

/** One message under way. Its time runs from receipt, waiting included: first for its turn in the lane, then for a free slot. */
export class MessageTask extends Expiring {
  private turn: Turn | null = null;
  private context: RealtimeContext | null = null;
  private begunAt = 0;
  private over = false;

  /** The connection's `slots` have been entered for it. */
  constructor(
    private readonly requests: MessageService,
    private readonly connection: RealtimeConnection,
    private readonly message: ParsedMessage,
    private readonly pending: PendingRequest,
  ) {
    super();
    requests.deadlines.add(this);
  }

  /** Starts as soon as the lane and a slot are free; at once where they are. */
  queue(): void {
    this.turn = this.connection.lanes.take(this.message.channel);
    if (this.turn.ready) void this.turn.ready.then(() => this.takeSlot());
    else this.takeSlot();
  }

  /** Out of time: the handler's signal fires, the peer is told, and the lane moves on. */
  expire(): void {
    if (this.over) return;
    const late = new RealtimeException('TIMEOUT', { reason: 'the handler did not finish in time' });
    this.context?.abort(late);
    this.fail(late);
  }

  private takeSlot(): void {
    if (this.over) return this.turn!.release();
    const free = this.connection.slots.take(this.requests.slots);
    if (free) void free.then(() => this.start());
    else this.start();
  }

  /** A message whose time ran out while it waited, or whose connection has ended, reaches no handler. */
  private start(): void {
    if (!this.over && this.connection.closed) this.finish(null);
    if (this.over) return this.makeRoom();
    this.context = this.requests.contextOf(this.connection, this.message);
    this.connection.begin(this.context);
    this.begunAt = this.requests.begun();
    try {
      const result = this.requests.handle(this.context);
      if (isPromiseLike(result)) {
        this.context.wait();
        result.then(
          (data) => this.succeed(data),
          (error: unknown) => this.fail(error),
        );
      } else {
        this.succeed(result);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** What a handler, an interceptor or a filter made of it is not told to a sender whose authority has ended meanwhile. */
  private succeed(data: unknown): void {
    if (this.over) return;
    const { aborted } = this.context!;
    if (aborted instanceof RealtimeException) return this.fail(aborted);
    try {
      this.pending.answerWith(data);
    } catch (error) {
      return this.fail(error);
    }
    this.finish(null);
  }

  private fail(error: unknown): void {
    if (this.over) return;
    const refusal = this.requests.refusalOf(error, this.connection, this.message);
    this.pending.refuse(refusal);
    this.finish(refusal.code);
  }

  private finish(code: RefusalCode | null): void {
    this.over = true;
    this.requests.deadlines.delete(this);
    this.connection.slots.leave();
    if (this.context === null) return;
    this.requests.forget(this.context);
    this.connection.finish(this.context);
    this.requests.ended(this.context, code, this.begunAt);
    this.makeRoom();
  }

  private makeRoom(): void {
    this.connection.slots.giveBack();
    this.turn!.release();
  }
}
