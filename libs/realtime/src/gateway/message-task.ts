// How long does one message live? From its turn in the lane to its one answer: done, refused, or out of time.
import type { Turn } from '../connections/channel-lanes.js';
import type { RealtimeContext } from '../connections/realtime-context.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { RealtimeException } from '../realtime.exception.js';
import type { MessageRequests } from './message.requests.js';
import type { PendingRequest } from './pending-request.js';
import type { ParsedMessage } from './request-frames.js';

/** One message under way. Its time runs from receipt, waiting in the lane included. */
export class MessageTask {
  private readonly timer: NodeJS.Timeout;
  private context: RealtimeContext | null = null;
  private begun = false;
  private over = false;

  constructor(
    private readonly requests: MessageRequests,
    private readonly connection: RealtimeConnection,
    private readonly message: ParsedMessage,
    private readonly pending: PendingRequest,
    private readonly turn: Turn,
    timeout: number,
  ) {
    this.timer = setTimeout(expire, timeout, this);
  }

  /** Its turn has come. A message whose time ran out in the lane, or whose connection has ended, reaches no handler. */
  start(): void {
    if (this.over) return this.turn.release();
    this.begun = true;
    if (this.connection.closed) return this.finish();
    this.context = this.requests.contextOf(this.connection, this.message);
    this.connection.running.add(this.context);
    try {
      const result = this.requests.handle(this.context);
      if (isPromiseLike(result)) {
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

  /** Out of time: the handler's signal fires, the peer is told, and the lane moves on. */
  expire(): void {
    if (this.over) return;
    const late = new RealtimeException('TIMEOUT', { reason: 'the handler did not finish in time' });
    this.context?.abort(late);
    this.pending.refuse(this.requests.refusalOf(late, this.connection, this.message));
    this.finish();
  }

  private succeed(data: unknown): void {
    if (this.over) return;
    try {
      this.pending.answerWith(data);
    } catch (error) {
      this.pending.refuse(this.requests.refusalOf(error, this.connection, this.message));
    }
    this.finish();
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.pending.refuse(this.requests.refusalOf(error, this.connection, this.message));
    this.finish();
  }

  private finish(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.requests.ended();
    if (this.context !== null) this.connection.running.delete(this.context);
    if (this.begun) this.turn.release();
  }
}

function expire(task: MessageTask): void {
  task.expire();
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
