// How do the events of one turn of the event loop reach Redis? Together: those without a log in one write, the others in a call per partition.
import type { Position } from '@nestjs-realtime/contract';
import { randomName } from '../broker/log-frame.js';
import type { BrokerStats, LogTerms } from '../broker/realtime.broker.js';
import { RealtimeException } from '../realtime.exception.js';
import { PUBLISH } from './log-scripts.js';
import { META_TTL, positionOf } from './redis-log.js';
import type { Message, RedisCommands } from './redis-engine.js';
import type { RedisNames } from './redis-names.js';

/** Publishes with a log in one call. */
const BATCH = 64;
/** How long the position of an idempotent publish is remembered, in milliseconds. */
const KEY_TTL = 300_000;

interface Settled<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}
interface PlainItem extends Settled<void> {
  readonly messages: readonly Message[];
  readonly bytes: number;
}
interface LogItem extends Settled<Position> {
  readonly channel: string;
  readonly tag: string;
  readonly text: string;
  readonly terms: LogTerms;
}

export class PublishQueue {
  private plain: PlainItem[] = [];
  private logged = new Map<number, LogItem[]>();
  private isScheduled = false;
  private bytes = 0;
  private lost = 0;
  private published = 0;
  private batches = 0;
  private readonly sending = new Set<Promise<void>>();

  constructor(
    private readonly link: RedisCommands,
    private readonly names: RedisNames,
    private readonly limitBytes: number,
  ) {}

  /** Bytes that wait, or that Redis has not answered yet; events of which it is not known that Redis has them; and what was sent so far. */
  get stats(): Required<Pick<BrokerStats, 'queuedBytes' | 'lost' | 'published' | 'batches'>> {
    return { queuedBytes: this.bytes, lost: this.lost, published: this.published, batches: this.batches };
  }

  /** Publishes the same event on one topic or more. Resolves when Redis has it. */
  publish(messages: readonly Message[]): Promise<void> {
    const bytes = messages.reduce((sum, [, text]) => sum + text.length, 0);
    const isUp = messages.some(([topic]) => this.link.isUp(topic));
    return this.admitted(isUp, bytes, (settled) => this.plain.push({ ...settled, messages, bytes }));
  }

  /** Appends to the log of a channel and publishes. */
  append(channel: string, tag: string, text: string, terms: LogTerms): Promise<Position> {
    const partition = this.names.partitionOf(channel);
    return this.admitted<Position>(this.link.serves(partition), text.length, (settled) => {
      const waiting = this.logged.get(partition);
      const item = { ...settled, channel, tag, text, terms };
      if (waiting === undefined) this.logged.set(partition, [item]);
      else waiting.push(item);
    });
  }

  /** Sends what waits, and resolves when Redis has answered or the time for it is over. */
  async drain(): Promise<void> {
    this.flush();
    while (this.sending.size > 0) await Promise.all(this.sending);
  }

  private flush(): void {
    const { plain, logged } = this;
    this.plain = [];
    this.logged = new Map();
    this.isScheduled = false;
    if (plain.length > 0) this.track(this.sendPlain(plain), plain.length);
    for (const items of logged.values()) {
      for (let at = 0; at < items.length; at += BATCH) {
        const batch = items.slice(at, at + BATCH);
        this.track(this.sendLogged(batch), batch.length);
      }
    }
  }

  /** Neither rejects. */
  private track(sent: Promise<void>, events: number): void {
    this.published += events;
    this.batches++;
    this.sending.add(sent);
    void sent.then(() => this.sending.delete(sent));
  }

  private admitted<Result>(isUp: boolean, bytes: number, add: (settled: Settled<Result>) => void): Promise<Result> {
    const fault = !isUp
      ? 'Redis is away'
      : this.bytes + bytes > this.limitBytes
        ? `${this.limitBytes} bytes (queueBytes) wait for Redis already`
        : null;
    if (fault !== null) {
      this.lost++;
      return Promise.reject(unavailable(fault));
    }
    this.bytes += bytes;
    if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(() => this.flush());
    }
    return new Promise<Result>((resolve, reject) => add({ resolve, reject })).finally(() => (this.bytes -= bytes));
  }

  private async sendPlain(items: readonly PlainItem[]): Promise<void> {
    const errors = await this.link.publish(items.flatMap(({ messages }) => messages));
    let at = 0;
    for (const { messages, resolve, reject } of items) {
      const error = errors.slice(at, (at += messages.length)).find((outcome) => outcome !== null);
      if (error === undefined) {
        resolve();
        continue;
      }
      this.lost++;
      reject(unavailable('Redis has not confirmed a publish', error));
    }
  }

  private async sendLogged(items: readonly LogItem[]): Promise<void> {
    try {
      const keys = items.flatMap(({ channel, terms }) => this.keysOf(channel, terms));
      const args = items.flatMap((item) => this.argumentsOf(item));
      const replies = (await this.link.run(PUBLISH, keys, [
        this.link.publishCommand,
        META_TTL,
        KEY_TTL,
        ...args,
      ])) as string[];
      items.forEach(({ resolve, reject }, index) => {
        const reply = replies[index];
        if (!reply.startsWith('!')) return resolve(positionOf(reply)!);
        this.lost++;
        reject(unavailable(`Redis refused a publish: ${reply.slice(1)}`));
      });
    } catch (error) {
      this.lost += items.length;
      for (const { reject } of items) reject(unavailable('Redis has not confirmed a publish', error));
    }
  }

  private keysOf(channel: string, { idempotencyKey }: LogTerms): string[] {
    const meta = this.names.meta(channel);
    const key = idempotencyKey === undefined ? meta : this.names.idempotent(channel, idempotencyKey);
    return [meta, this.names.log(channel), key];
  }

  private argumentsOf({ channel, tag, text, terms: { size, ttlMs, known } }: LogItem): (string | number)[] {
    return [randomName(), tag, text, size, ttlMs, known?.epoch ?? '', known?.offset ?? 0, this.names.topic(channel)];
  }
}

/** What a caller gets that cannot know whether Redis has done it. */
export function unavailable(reason: string, cause?: unknown): RealtimeException {
  return new RealtimeException('UNAVAILABLE', { reason, cause });
}
