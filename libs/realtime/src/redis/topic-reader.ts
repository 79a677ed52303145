// What does this node do with what comes on the topic of a channel? It passes on what can be read, and counts the rest.
import type { BrokerSink } from '../broker/realtime.broker.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { Envelope } from './envelope.js';
import type { EnvelopeMac } from './envelope-mac.js';
import { RecentNames } from './recent-names.js';
import { readFrame } from './received-frame.js';
import type { SkipCounts } from './skip-counts.js';

/** Broadcasts to several channels come once for each. So many of the newest are remembered. */
const REMEMBERED = 2_048;

export class TopicReader {
  private readonly lists = new RecentNames(REMEMBERED);
  /** How an event without a log begins that this node has sent itself. */
  private readonly own: string;
  private received = 0;

  constructor(
    nodeId: string,
    private readonly sink: BrokerSink,
    private readonly mac: EnvelopeMac | null,
    private readonly skipped: SkipCounts,
  ) {
    this.own = `1|e|${nodeId}|`;
  }

  /** Frames that were passed on. */
  get count(): number {
    return this.received;
  }

  /**
   * Own members have got an event of this node before it was published. `isBehind`: commands were missed and are not done yet. An event in no log
   * is then lost, as those before it, because it could reach a user who was disconnected meanwhile. A log delivers nothing before the node has joined.
   *
   * Security note: every process with access to Redis can write the text. What names this node as its sender is not looked at.
   */
  read(channel: string, text: string, isBehind = false): void {
    if (text.startsWith(this.own)) return;
    const read = readFrame(text, channel, this.mac);
    if (typeof read === 'string') {
      this.skipped.count(read);
      return;
    }
    if (read.envelope.kind !== 'event') {
      this.skipped.count('foreign');
      return;
    }
    if (isBehind && read.kind !== 'frame') {
      this.skipped.count('behind');
      return;
    }
    this.received++;
    if (read.kind === 'frame') this.sink.receive(read.frame);
    else this.deliver(channel, read.envelope);
  }

  private deliver(channel: string, { node, tag, channels, event }: Envelope): void {
    const isList = channels.length > 0;
    if (isList && !this.lists.isNew(`${node} ${tag}`)) return;
    const encoded: EncodedEvent = { channels: isList ? channels : [channel], ...event };
    this.sink.deliver(encoded);
  }
}
