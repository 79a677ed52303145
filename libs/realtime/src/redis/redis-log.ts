// Where does the log of a channel stand, and what is in it? Asked of Redis, which may hold anything.
import type { Position } from '@nestjs-realtime/contract';
import { type LogPage, randomName } from '../broker/log-frame.js';
import type { Envelope } from './envelope.js';
import type { EnvelopeMac } from './envelope-mac.js';
import { FORK, POSITIONS, READ } from './log-scripts.js';
import { readFrame, type ReceivedFrame } from './received-frame.js';
import type { RedisCommands } from './redis-engine.js';
import { COMMANDS, type LogPlace, type RedisNames } from './redis-names.js';
import type { SkipCounts } from './skip-counts.js';

/** How long it is remembered where a log stood, after its last publish or read, in milliseconds. */
export const META_TTL = 86_400_000;
/** No log keeps more entries. */
const MOST_ENTRIES = 10_000;
/** Channels in one call. */
const POSITIONS_BATCH = 100;

/** Part of a log, with all that travels. */
export interface RedisPage extends Omit<LogPage, 'entries'> {
  readonly entries: readonly ReceivedFrame[];
}

export class RedisLog {
  constructor(
    private readonly link: RedisCommands,
    private readonly names: RedisNames,
    private readonly mac: EnvelopeMac | null,
    private readonly skipped: SkipCounts,
  ) {}

  async read(channel: string, from: number | null, limit: number): Promise<LogPage> {
    const page = await this.page(this.names.place(channel), channel, from, limit);
    const entries = page.entries.map(({ frame: { offset, tag, event } }) => ({ offset, tag, event }));
    return { ...page, entries };
  }

  /** The commands from an offset on, all of them. */
  readCommands(from: number | null): Promise<RedisPage> {
    return this.page(this.names.commands, COMMANDS, from, MOST_ENTRIES, 'command');
  }

  private async page(
    { meta, log }: LogPlace,
    channel: string,
    from: number | null,
    limit: number,
    kind: Envelope['kind'] = 'event',
  ): Promise<RedisPage> {
    const first = from === null ? '' : Math.min(Math.max(1, Math.trunc(from) || 1), Number.MAX_SAFE_INTEGER);
    const most = Math.min(Math.max(1, Math.trunc(limit) || 1), MOST_ENTRIES);
    const args = [randomName(), limit < 1 ? '' : first, most, META_TTL];
    const reply = (await this.link.run(READ, [meta, log], args)) as [string, string, string, unknown[]];
    const [epoch, top, tag, found] = reply;
    return { epoch, top: Number(top), tag, entries: this.entriesOf(channel, epoch, found, kind) };
  }

  async positions(channels: readonly string[]): Promise<readonly (Position | null)[]> {
    const positions = new Array<Position | null>(channels.length).fill(null);
    await Promise.all(
      this.names.batches(channels, POSITIONS_BATCH).map((batch) => this.fill(positions, channels, batch)),
    );
    return positions;
  }

  async fork(channel: string, epoch: string): Promise<void> {
    const keys = [this.names.meta(channel), this.names.log(channel)];
    await this.link.run(FORK, keys, [epoch, randomName(), META_TTL]);
  }

  private async fill(positions: (Position | null)[], channels: readonly string[], batch: readonly number[]) {
    const keys = batch.map((index) => this.names.meta(channels[index]));
    const replies = (await this.link.run(POSITIONS, keys, [META_TTL])) as (string | null)[];
    batch.forEach((index, place) => (positions[index] = positionOf(replies[place])));
  }

  /** Security note: every process with access to Redis can write entries. One that cannot be read leaves a hole. */
  private entriesOf(
    channel: string,
    epoch: string,
    found: readonly unknown[],
    kind: Envelope['kind'],
  ): ReceivedFrame[] {
    return found.flatMap((entry) => {
      const [id, fields] = entry as [string, string[]];
      const [offset, part] = id.split('-');
      const isOurs = part === '0' && fields.length === 4 && fields[0] === 't' && fields[2] === 'd';
      // A predecessor of any name, which the chain of frames would have.
      const front = `${epoch} ${offset} ${fields[1]} ${offset === '1' ? '' : '-'} `;
      const read = isOurs ? readFrame(`${front}${fields[3]}`, channel, this.mac, kind) : 'foreign';
      if (typeof read === 'object' && read.kind === 'frame') return [read];
      this.skipped.count(typeof read === 'string' ? read : 'foreign');
      return [];
    });
  }
}

/** What a script has returned as "epoch offset". */
export function positionOf(reply: string | null): Position | null {
  if (reply === null) return null;
  const [epoch, offset] = reply.split(' ');
  return { epoch, offset: Number(offset) };
}
