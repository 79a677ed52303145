// Do other nodes' events of one channel come? Asked again until the engine says so; what it loses later, the broker watches again itself.
import type { IRealtimeBroker } from './realtime.broker.js';

/** Milliseconds after which a watch that has failed is repeated; doubled each time. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 2_000;

export class PlainWatch {
  /** The outcome of the attempt that is under way, or of the last one. Never rejects. Null once the engine has confirmed. */
  attempt: Promise<void> | null = null;
  private isClosed = false;
  private pause = FIRST_PAUSE;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly channel: string,
    private readonly broker: Pick<IRealtimeBroker, 'watch' | 'unwatch'>,
  ) {
    this.ask();
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.broker.unwatch(this.channel);
  }

  private ask(): void {
    this.attempt = this.broker.watch(this.channel).then(
      () => void (this.attempt = null),
      () => this.askLater(),
    );
  }

  private askLater(): void {
    if (this.isClosed) return;
    this.timer = setTimeout(() => this.ask(), this.pause).unref();
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
  }
}
