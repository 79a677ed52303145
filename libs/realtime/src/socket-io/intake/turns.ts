// How much of one turn of the event loop may one client have? A few requests; the rest of what arrived at once waits its turn, in order.
import type { SocketIOConnection } from '../socket-io.connection.js';
import type { TakeEvent } from './request-intake.js';

/** The most expensive request within the limits takes a few milliseconds. A burst of them in one turn would block all other clients. */
const REQUESTS_PER_TURN = 4;

/** What one connection has had of the present turn, and what waits for the next. */
interface Share {
  turn: number;
  served: number;
  waiting: Parameters<TakeEvent>[];
}

/** Between the transport and the entrance: keeps each connection's order, and lets others in between. */
export class Turns {
  private turn = 1;
  private scheduled = false;
  private readonly shares = new WeakMap<SocketIOConnection, Share>();
  private readonly late = new Set<SocketIOConnection>();

  constructor(private readonly serve: TakeEvent) {}

  readonly take: TakeEvent = (connection, event, args, acknowledge) => {
    let share = this.shares.get(connection);
    if (share === undefined) this.shares.set(connection, (share = { turn: 0, served: 0, waiting: [] }));
    if (share.turn !== this.turn) {
      share.turn = this.turn;
      share.served = 0;
    }
    this.schedule();
    if (share.served < REQUESTS_PER_TURN && share.waiting.length === 0) {
      share.served++;
      return this.serve(connection, event, args, acknowledge);
    }
    share.waiting.push([connection, event, args, acknowledge]);
    this.late.add(connection);
    connection.behind = true;
  };

  /** Connections whose requests wait for their next turn. */
  get size(): number {
    return this.late.size;
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.next);
  }

  private readonly next = (): void => {
    this.scheduled = false;
    this.turn++;
    for (const connection of this.late) {
      const share = this.shares.get(connection)!;
      share.turn = this.turn;
      // What a client who has gone still asks of us is not worth an answer.
      const served = connection.closed ? [] : share.waiting.splice(0, REQUESTS_PER_TURN);
      share.served = served.length;
      if (connection.closed) share.waiting = [];
      for (const request of served) this.serve(...request);
      if (share.waiting.length > 0) continue;
      this.late.delete(connection);
      connection.behind = false;
    }
    if (this.late.size > 0) this.schedule();
  };
}
