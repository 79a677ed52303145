// How many channels does one connection ask for at once? Each new name counts once, however often it is asked for.

/** The subscribe requests of one connection that are under way. */
export class PendingChannels {
  /** How often each is asked for; null while none is. */
  private newOnes: Map<string, number> | null = null;
  private all = 0;

  /** Different names that the connection is not subscribed to yet. */
  get newNames(): number {
    return this.newOnes?.size ?? 0;
  }

  /** All requests, with those for channels it is subscribed to and those that wait for an earlier one on the same channel. */
  get total(): number {
    return this.all;
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

  /** Takes back one `add` of the same arguments. */
  delete(channel: string, isNew: boolean): void {
    this.all--;
    if (!isNew) return;
    const { newOnes } = this;
    const others = (newOnes?.get(channel) ?? 1) - 1;
    if (others > 0) newOnes?.set(channel, others);
    else if (newOnes?.delete(channel) && newOnes.size === 0) this.newOnes = null;
  }
}
