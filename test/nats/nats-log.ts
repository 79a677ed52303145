// How does NATS keep the log of a channel? One message an entry, whose offset its writer chooses: NATS refuses it where another was faster.
import { randomUUID } from 'node:crypto';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { RealtimeException } from 'nestjs-realtime';
import type { EncodedEvent, LogEntry, LogPage, LogTerms } from 'nestjs-realtime/adapters';
import { LOGS, written } from './nats-names.js';
import { type LogRecord, recordIn } from './nats-record.js';

type Position = NonNullable<LogTerms['known']>;

/** One message of a log. A stranger's is none of our records, so the next writer begins a new epoch. */
interface Stored {
  readonly seq: number;
  readonly record: LogRecord | null;
}

const TRIES = 3;
/** The error of NATS for a message that does not follow the one that its writer has seen. */
const OVERTAKEN = 10_071;

const name = (): string => randomUUID().slice(0, 8);

export class NatsLog {
  constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
  ) {}

  async append({ channels: [channel], event, json, except, trace }: EncodedEvent, terms: LogTerms): Promise<Position> {
    const logged = { event, json, ...(except !== undefined && { except }), ...(trace !== undefined && { trace }) };
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const newest = await this.newest(channel);
      const record = nextOf(newest, logged, terms);
      const taken = await this.write(channel, newest, record, terms.idempotencyKey);
      if (taken === null) continue;
      return taken.duplicate ? this.earlier(taken.seq) : { epoch: record.epoch, offset: record.offset };
    }
    throw new RealtimeException('UNAVAILABLE', { reason: 'other nodes were faster' });
  }

  async read(channel: string, from: number | null, limit: number): Promise<LogPage> {
    const newest = await this.newest(channel);
    const record = newest?.record ?? (await this.begin(channel, newest));
    const entries = from === null || newest === null ? [] : await this.entries(newest, from);
    return { epoch: record.epoch, top: record.offset, tag: record.tag, entries: entries.slice(0, limit) };
  }

  async position(channel: string): Promise<Position | null> {
    const { record } = (await this.newest(channel)) ?? { record: null };
    return record === null ? null : { epoch: record.epoch, offset: record.offset };
  }

  async fork(channel: string, epoch: string): Promise<void> {
    const newest = await this.newest(channel);
    if (newest?.record?.epoch === epoch) await this.begin(channel, newest);
  }

  private async earlier(seq: number): Promise<Position> {
    const { record } = (await this.at(seq)) ?? { record: null };
    if (record === null) throw new Error('the publish with this key is not kept any more');
    return { epoch: record.epoch, offset: record.offset };
  }

  /** From the newest one back: each says where the one before it is. */
  private async entries(newest: Stored, from: number): Promise<LogEntry[]> {
    const top = newest.record;
    if (top === null || top.endsAt < Date.now()) return [];
    const entries: LogEntry[] = [];
    let record: LogRecord | null = top;
    while (record !== null && record.epoch === top.epoch && record.offset >= Math.max(from, top.first, 1)) {
      const { offset, tag, event, before }: LogRecord = record;
      entries.unshift({ offset, tag, event });
      record = before === 0 ? null : ((await this.at(before))?.record ?? null);
    }
    return entries;
  }

  /** A new epoch, or what another node has begun meanwhile. */
  private async begin(channel: string, newest: Stored | null): Promise<LogRecord> {
    const event = { event: 'begin', json: undefined };
    const record = { ...beginningOf(newest, event, { size: 0, ttlMs: 0 }), offset: 0, tag: '' };
    if ((await this.write(channel, newest, record)) !== null) return record;
    const { record: other } = (await this.newest(channel)) ?? { record: null };
    if (other === null) throw new Error('the log changes too fast');
    return other;
  }

  /** Null where another writer was faster. A duplicate: an earlier message has this key. */
  private async write(
    channel: string,
    newest: Stored | null,
    record: LogRecord,
    key?: string,
  ): Promise<{ readonly seq: number; readonly duplicate: boolean } | null> {
    const expect = { lastSubjectSequence: newest?.seq ?? 0 };
    const id = key === undefined ? {} : { msgID: JSON.stringify([channel, key]) };
    const options = { expect, retries: 0, ...id };
    try {
      return await this.js.publish(written(channel), JSON.stringify(record), options);
    } catch (error) {
      if ((error as { code?: unknown }).code === OVERTAKEN) return null;
      throw error;
    }
  }

  private newest(channel: string): Promise<Stored | null> {
    return this.message({ last_by_subj: written(channel) });
  }

  private at(seq: number): Promise<Stored | null> {
    return this.message({ seq });
  }

  private async message(query: { last_by_subj: string } | { seq: number }): Promise<Stored | null> {
    const found = await this.jsm.streams.getMessage(LOGS, query);
    return found === null ? null : { seq: found.seq, record: recordIn(found.string()) };
  }
}

/** What follows the newest message. A writer that has seen more of the log than NATS has begins a new epoch. */
function nextOf(newest: Stored | null, event: LogRecord['event'], terms: LogTerms): LogRecord {
  const last = newest?.record ?? null;
  const { known, size, ttlMs } = terms;
  if (newest === null || last === null || (known?.epoch === last.epoch && known.offset > last.offset)) {
    return beginningOf(newest, event, terms);
  }
  const offset = last.offset + 1;
  const first = Math.max(last.endsAt < Date.now() ? offset : last.first, offset - size + 1);
  const chain = { epoch: last.epoch, offset, tag: name(), prev: last.tag, before: newest.seq };
  return { ...chain, first, size, endsAt: Date.now() + ttlMs, event };
}

function beginningOf(newest: Stored | null, event: LogRecord['event'], { size, ttlMs }: LogTerms): LogRecord {
  const chain = { epoch: name(), offset: 1, tag: name(), prev: '', before: newest?.seq ?? 0 };
  return { ...chain, first: 1, size, endsAt: Date.now() + ttlMs, event };
}
