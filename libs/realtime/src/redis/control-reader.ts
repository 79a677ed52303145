// What does this node do with the commands of others? It acts on each once, in the order of their log, and tells how far it has got.
import { setTimeout } from 'node:timers/promises';
import type { BrokerSink } from '../broker/realtime.broker.js';
import { commandOf } from './control-command.js';
import type { Envelope } from './envelope.js';
import type { EnvelopeMac } from './envelope-mac.js';
import { RecentNames } from './recent-names.js';
import { readFrame, type ReceivedFrame } from './received-frame.js';
import type { RedisLog, RedisPage } from './redis-log.js';
import { COMMANDS } from './redis-names.js';
import type { SkipCounts } from './skip-counts.js';

/** A signed command that is older, or comes from later, may be a repetition; in milliseconds. */
const OLDEST = 300_000;
/** Signed commands that are remembered, so that none counts twice. */
const REMEMBERED = 10_000;

/** Until a failed reading is repeated, in milliseconds. */
const RETRY_PAUSE = 200;

/** What the reader works with. */
export interface ReaderParts {
  readonly nodeId: string;
  readonly sink: BrokerSink;
  readonly log: RedisLog;
  readonly mac: EnvelopeMac | null;
  readonly skipped: SkipCounts;
  /** Called when this node has got further. */
  readonly advanced: (position: string) => void;
}

export class ControlReader {
  private epoch = '';
  private top = 0;
  private tag = '';
  /** Commands that this node still acts on. */
  private readonly pending = new Set<number>();
  private readonly seen = new RecentNames(REMEMBERED);
  private reading: Promise<void> | null = null;
  private isAsked = false;
  private isClosed = false;

  constructor(private readonly parts: ReaderParts) {}

  /** Every command up to here is done. */
  get position(): string {
    return `${this.epoch} ${this.pending.size === 0 ? this.top : Math.min(...this.pending) - 1}`;
  }

  /**
   * Reads what came while this node did not listen. Where commands are lost, the rights of every connection are checked. Before the boot
   * has ended there is no connection, so nothing is lost.
   */
  async join(isBooting: boolean): Promise<void> {
    await this.reading;
    this.reading = this.catchUp(isBooting).then(() => this.readWhileAsked());
    try {
      await this.reading;
    } finally {
      this.reading = null;
    }
  }

  close(): void {
    this.isClosed = true;
  }

  private async catchUp(isBooting: boolean): Promise<void> {
    const page = await this.parts.log.readCommands(this.epoch === '' ? null : Math.max(1, this.top));
    const missed = this.missedIn(page);
    if (missed !== null) {
      for (const frame of missed) this.take(frame);
      return;
    }
    this.epoch = page.epoch;
    this.top = page.top;
    this.tag = page.tag;
    this.pending.clear();
    if (!isBooting) await this.parts.sink.renewAll();
    this.parts.advanced(this.position);
  }

  /** Security note: every process with access to Redis can write the text. */
  receive(text: string): void {
    const read = readFrame(text, COMMANDS, this.parts.mac, 'command');
    if (typeof read === 'string' || read.kind === 'envelope') {
      this.parts.skipped.count(typeof read === 'string' ? read : 'frame');
      return;
    }
    const { epoch, offset, prev } = read.frame;
    if (this.reading === null && epoch === this.epoch && offset === this.top + 1 && prev === this.tag) this.take(read);
    else this.readAgain();
  }

  /** Entries after our top, without a hole; null if the log is not the one that we have read, or has lost some. */
  private missedIn({ epoch, top, entries }: RedisPage): readonly ReceivedFrame[] | null {
    if (epoch !== this.epoch || top < this.top) return null;
    const missed = this.top === 0 ? entries : entries.slice(1);
    const isOurs = this.top === 0 || (entries[0]?.frame.offset === this.top && entries[0].frame.tag === this.tag);
    const isWhole = missed.every(({ frame }, index) => frame.offset === this.top + 1 + index);
    return isOurs && isWhole && missed.length === top - this.top ? missed : null;
  }

  /** One at a time. What comes meanwhile asks for another one, because the answer may be older. */
  private readAgain(): void {
    this.isAsked = true;
    if (this.reading !== null) return;
    this.reading = this.readWhileAsked().finally(() => (this.reading = null));
  }

  private async readWhileAsked(): Promise<void> {
    while (this.isAsked) {
      this.isAsked = false;
      await this.catchUp(false).catch(() => this.askLater());
    }
  }

  private async askLater(): Promise<void> {
    await setTimeout(RETRY_PAUSE, undefined, { ref: false });
    this.isAsked = !this.isClosed;
  }

  private take({ frame: { offset, tag }, envelope }: ReceivedFrame): void {
    this.top = offset;
    this.tag = tag;
    const act = this.actOf(envelope);
    if (act === null) {
      this.parts.advanced(this.position);
      return;
    }
    const { epoch } = this;
    this.pending.add(offset);
    void act
      .catch(() => undefined)
      .then(() => {
        if (epoch !== this.epoch) return;
        this.pending.delete(offset);
        this.parts.advanced(this.position);
      });
  }

  /** What this node does; null for what it has done itself, and for what it does not believe. */
  private actOf({ node, tag, sentAt, event }: Envelope): Promise<void> | null {
    const { nodeId, sink, mac, skipped } = this.parts;
    if (node === nodeId) return null;
    if (mac !== null && !this.seen.isNew(`${node} ${tag}`)) {
      skipped.count('repeated');
      return null;
    }
    // It may have come late, or the clocks of two nodes differ: what it takes back is found out without it.
    if (mac !== null && Math.abs(Date.now() - sentAt) > OLDEST) {
      skipped.count('repeated');
      return sink.renewAll();
    }
    const command = commandOf(event);
    if (command !== null) return sink.act(command);
    skipped.count('payload');
    return null;
  }
}
