// How do the frames of a turn of the event loop leave together, and in order? Joined once for each channel, in one write per member.
import type { Socket as NetSocket } from 'node:net';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import type { MemberChannel } from '../../connections/channel.membership.js';
import type { Audience } from './audience.js';
import { Batch, type Part, partOf, type TurnFrame } from './batch.js';
import type { FanOutPath } from './fan-out-path.js';
import { Gathering } from './gathering.js';
import { MergedBatches } from './merged-batches.js';
import type { Outlet } from './outlet.js';
import { turnFrame, type Writer } from './writer.js';

type Channel = MemberChannel<Outlet>;

export class FastFanOut implements FanOutPath {
  readonly mode = 'fast';
  private readonly gathering = new Gathering((channel, batch) => this.writeToAll(channel, batch));
  private readonly corked: NetSocket[] = [];
  /** Counts broadcasts: members get them in the order of this number. */
  private order = 0;
  private scheduled = false;

  constructor(private readonly writer: Writer) {}

  broadcast(channel: Channel, event: EncodedEvent, audience: Audience | null): void {
    const frame = turnFrame(this.order++, channel.name, event, audience);
    const { flushEveryMs, conflate } = event;
    if (flushEveryMs !== undefined) this.gathering.addToWindow(channel, frame, flushEveryMs, conflate);
    else if (this.gathering.addToTurn(channel, frame, conflate)) this.flush();
    else this.schedule();
  }

  send(member: Outlet, packet: string): void {
    this.settle(member);
    this.writer.send(member, packet);
  }

  settle(member: Outlet): void {
    if (this.gathering.isEmpty || member.connection.isDeparting) return;
    const frames = this.framesFor(member);
    member.settledAt = this.order;
    if (frames.length === 0) return;
    this.gatherWrites(member.network);
    this.writePart(member, partOf(frames));
  }

  gatherWrites(network: NetSocket | null): void {
    if (network === null) return;
    network.cork();
    this.corked.push(network);
    this.schedule();
  }

  forget(channel: Channel): void {
    this.gathering.forget(channel);
  }

  close(): void {
    this.flush();
    this.gathering.endWindows();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.endTurn);
  }

  private readonly endTurn = (): void => {
    this.scheduled = false;
    this.flush();
  };

  private flush(): void {
    const turn = this.gathering.takeTurn();
    if (turn.size === 1) for (const [channel, batch] of turn) this.writeToAll(channel, batch);
    else if (turn.size > 1) this.writeMerged(turn);
    for (const network of this.corked) network.uncork();
    this.corked.length = 0;
  }

  private writeToAll(channel: Channel, batch: Batch): void {
    for (const member of channel.values()) this.writeBatch(member, batch);
  }

  /** Members of one channel share its buffer; members of the same several channels share a buffer of their own. */
  private writeMerged(turn: ReadonlyMap<Channel, Batch>): void {
    const touched: Outlet[] = [];
    for (const [channel, batch] of turn) {
      for (const member of channel.values()) {
        // Of the channels of a list, a member gets the event on one.
        if (!batch.isUniform && !batch.isFor(member)) continue;
        if (member.batches === null) {
          member.batches = batch;
          touched.push(member);
        } else if (member.batches instanceof Batch) {
          member.batches = [member.batches, batch];
        } else {
          member.batches.push(batch);
        }
      }
    }
    const merged = new MergedBatches();
    for (const member of touched) {
      const own = member.batches!;
      member.batches = null;
      this.writeBatch(member, own instanceof Batch ? own : merged.of(own));
    }
  }

  private writeBatch(member: Outlet, batch: Batch): void {
    const index = batch.indexFrom(member.settledAt);
    if (index >= batch.frames.length) return;
    if (batch.hasDroppable) return this.writePart(member, batch.partFor(member, index));
    if (batch.isUniform) return this.writer.write(member, batch.bufferFrom(index), batch.frames, index);
    const { frames, buffer } = batch.partFor(member, index);
    if (frames.length > 0) this.writer.write(member, buffer, frames);
  }

  /** A whisper must not be why a slow client misses an event. */
  private writePart(member: Outlet, part: Part): void {
    const { frames, buffer } = this.writer.withoutDroppable(member, part);
    if (frames.length > 0) this.writer.write(member, buffer, frames);
  }

  /** What waits for a member, in order. */
  private framesFor(member: Outlet): TurnFrame[] {
    const own = this.gathering.of(member.connection.subscriptions.values());
    const frames = own.flatMap((batch) => batch.framesFor(member, batch.indexFrom(member.settledAt)));
    return own.length > 1 ? frames.sort((a, b) => a.order - b.order) : frames;
  }
}
