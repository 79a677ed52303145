// How far is a chat? Which messages were sent, acknowledged and received, and whether all members received the same order.

/** Messages to send; all clients are members, the first of them senders. */
export interface ChatOrder {
  /** Sequence number of the first message. */
  first: number;
  senders: number;
  /** Messages of each sender. */
  perSender: number;
  /** Messages of one sender that may be unacknowledged at a time. */
  outstanding: number;
}

export class ChatProgress {
  /** Sum of the sequence numbers sent. */
  checksum = 0;
  private acknowledged = 0;
  private received = 0;
  /** Messages that a member has received from a sender, at `member * senders + sender`. */
  private readonly receivedFrom: Uint32Array;
  /** A digest of the order in which each member has received the messages. */
  private readonly digests: Int32Array;
  private readonly sent: Uint32Array;
  private readonly waiting: readonly Set<number>[];

  constructor(
    private readonly members: number,
    private readonly order: ChatOrder,
  ) {
    const { senders } = order;
    this.receivedFrom = new Uint32Array(members * senders);
    this.digests = new Int32Array(members);
    this.sent = new Uint32Array(senders);
    this.waiting = Array.from({ length: senders }, () => new Set<number>());
  }

  /** Acknowledgements and deliveries so far. */
  get moved(): number {
    return this.acknowledged + this.received;
  }

  get isComplete(): boolean {
    const count = this.order.senders * this.order.perSender;
    return this.acknowledged === count && this.received === count * this.members;
  }

  get isInOneOrder(): boolean {
    return this.digests.every((digest) => digest === this.digests[0]);
  }

  /** Sequence number of the sender's next message, undefined when it has sent all. */
  next(sender: number): number | undefined {
    if (this.sent[sender] === this.order.perSender) return undefined;
    const seq = this.seqOf(sender, this.sent[sender]++);
    this.checksum += seq;
    this.waiting[sender].add(seq);
    return seq;
  }

  /** @returns whether this is the message that the member must receive next from its sender. */
  receive(member: number, seq: number): boolean {
    const { first, senders } = this.order;
    const sender = (seq - first) % senders;
    if (seq < first || seq !== this.seqOf(sender, this.receivedFrom[member * senders + sender]++)) return false;
    this.digests[member] = Math.imul(this.digests[member], 31) + seq;
    this.received += 1;
    return true;
  }

  /** @returns whether the sender waits for the acknowledgement of this message. */
  acknowledge(sender: number, seq: number): boolean {
    if (this.waiting[sender]?.delete(seq) !== true) return false;
    this.acknowledged += 1;
    return true;
  }

  private seqOf(sender: number, message: number): number {
    return this.order.first + message * this.order.senders + sender;
  }
}
