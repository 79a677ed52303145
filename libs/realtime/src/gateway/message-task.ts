// How long does one message live? From its place in the queue to its one answer: success, refusal or timeout.
import type { Turn } from '../connections/channel-lanes.js';
import { isPromiseLike } from '../connections/promise-like.js';
import { type InboundMessage, MessageRequest } from '../connections/message-request.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { whyInvalid } from '../instrumentation/invalid-payload.js';
import { RealtimeException } from '../realtime.exception.js';
import { type Deadlines, Expiring } from './deadlines.js';
import type { MessageOutcome } from './message.outcome.js';
import type { MessageStanding } from './message.standing.js';
import type { PendingRequest } from './pending-request.js';

/** What all messages share: the settings and services that process them. */
export interface MessageRun {
  /** Handlers that may run at once for one connection. */
  readonly slots: number;
  readonly deadlines: Deadlines;
  readonly standing: MessageStanding;
  readonly outcome: MessageOutcome;
  /** Runs gate 3, then the handler. Returns or resolves with the handler's result; throws or rejects with a `RealtimeException`. */
  readonly handle: (context: MessageRequest) => unknown;
}

/** One message under way. Its time runs from receipt and includes waiting, first for its turn in the lane, then for a free slot. */
export class MessageTask extends Expiring {
  private turn: Turn | null = null;
  private context: MessageRequest | null = null;
  private begunAt = 0;
  private over = false;

  /** The caller has entered the connection's `slots` for this message. */
  constructor(
    private readonly run: MessageRun,
    private readonly connection: LiveConnection,
    private readonly message: InboundMessage,
    private readonly pending: PendingRequest,
  ) {
    super();
    run.deadlines.add(this);
  }

  /** Starts as soon as the lane and a slot are free, at once if they already are. */
  queue(): void {
    this.turn = this.connection.lanes.take(this.message.channel);
    if (this.turn.ready) void this.turn.ready.then(() => this.takeSlot());
    else this.takeSlot();
  }

  /** The time is over: aborts the handler's signal, answers the client and releases the lane. */
  expire(): void {
    if (this.over) return;
    const late = new RealtimeException('TIMEOUT', { reason: 'the handler did not finish in time' });
    this.context?.abort(late);
    this.fail(late);
  }

  private takeSlot(): void {
    if (this.over) return this.turn!.release();
    const free = this.connection.slots.take(this.run.slots);
    if (free) void free.then(() => this.start());
    else this.start();
  }

  /** A message does not reach its handler when its time ran out while it waited, or when its connection has ended. */
  private start(): void {
    if (!this.over && this.connection.closed) this.finish(null);
    if (this.over) return this.makeRoom();
    const match = this.connection.subscriptions.get(this.message.channel) ?? null;
    this.context = new MessageRequest(this.connection, this.message, match, this.run.standing);
    this.connection.begin(this.context);
    this.begunAt = this.run.outcome.begun();
    try {
      const result = this.run.handle(this.context);
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

  /** Sends what the message declares as its reply, unless the sender's authority has ended meanwhile: then it gets the refusal. */
  private succeed(result: unknown): void {
    if (this.over) return;
    const { aborted, match, message } = this.context!;
    if (aborted instanceof RealtimeException) return this.fail(aborted);
    try {
      const reply = match?.registered.messages.get(message)?.reply ?? null;
      const data = reply === null ? undefined : reply.strip(result);
      if (isPromiseLike(data)) {
        data.then(
          (stripped) => this.answer(stripped),
          (error: unknown) => this.fail(invalidReply(error, message)),
        );
        return;
      }
      this.answer(data);
    } catch (error) {
      this.fail(invalidReply(error, message));
    }
  }

  private answer(data: unknown): void {
    if (this.over) return;
    // An asynchronous schema may have taken a while.
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
    const refusal = this.run.outcome.refusalOf(error, this.connection, this.message, this.context?.match);
    this.pending.refuse(refusal);
    this.finish(refusal.code);
  }

  private finish(code: string | null): void {
    this.over = true;
    this.run.deadlines.delete(this);
    this.connection.slots.leave();
    if (this.context === null) return;
    this.run.standing.forget(this.context);
    this.connection.finish(this.context);
    this.run.outcome.ended(this.context, code, this.begunAt);
    this.makeRoom();
  }

  private makeRoom(): void {
    this.connection.slots.giveBack();
    this.turn!.release();
  }
}

/** A reply that does not fit its schema is a bug of the handler, so the peer must not read it as a refusal of its own payload. */
function invalidReply(cause: unknown, message: string): Error {
  return new Error(`The reply of the message "${message}" does not fit its schema: ${whyInvalid(cause)}`, { cause });
}
