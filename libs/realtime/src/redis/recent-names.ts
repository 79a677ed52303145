// Has this name come before? Remembers the newest ones, a bounded number of them.

export class RecentNames {
  private newer = new Set<string>();
  private older = new Set<string>();

  constructor(private readonly size: number) {}

  /** False where the name is among those that came last: at least `size` of them are remembered, at most twice as many. */
  isNew(name: string): boolean {
    if (this.newer.has(name) || this.older.has(name)) return false;
    this.newer.add(name);
    if (this.newer.size >= this.size) {
      this.older = this.newer;
      this.newer = new Set();
    }
    return true;
  }
}
