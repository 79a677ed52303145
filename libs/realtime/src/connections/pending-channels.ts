// How many channels does one connection request at once? Each new name counts once, however often it is requested.

/** The subscribe requests of one connection that are in progress. */
export class PendingChannels {
  /** The number of requests for each new channel; null if there are none. */
  private newOnes: Map<string, number> | null = null;
  private all = 0;

  /** Requested channels that the connection is not subscribed to yet. */
  get newNames(): number {
    return this.newOnes?.size ?? 0;
  }

  /** All requests, including those for subscribed channels and those that wait for an earlier request on the same channel. */
  get total(): number {
    return this.all;
  }

  /** Names of those channels. */
  names(): Iterable<string> {
    return this.newOnes?.keys() ?? [];
  }

  asksFor(channel: string): boolean {
    return this.newOnes?.has(channel) ?? false;
  }

  add(channel: string, isNew: boolean): void {
    this.all++;
    if (!isNew) return;
    this.newOnes ??= new Map();
    this.newOnes.set(channel, (this.newOnes.get(channel) ?? 0) + 1);
  }

  /** Reverts one `add` with the same arguments. */
  delete(channel: string, isNew: boolean): void {
    this.all--;
    if (!isNew) return;
    const { newOnes } = this;
    const others = (newOnes?.get(channel) ?? 1) - 1;
    if (others > 0) newOnes?.set(channel, others);
    else if (newOnes?.delete(channel) && newOnes.size === 0) this.newOnes = null;
  }
}
