// In which order are things done that had to take a detour? One after another for each key, and later ones behind them.

export class KeyLanes {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Whether anything is on a detour. */
  get isBusy(): boolean {
    return this.last.size > 0;
  }

  add<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(key) ?? Promise.resolve();
    const result = before.then(task);
    const settled = result.catch(() => undefined);
    this.last.set(key, settled);
    void settled.then(() => this.leave(key, settled));
    return result;
  }

  private leave(key: string, settled: Promise<unknown>): void {
    if (this.last.get(key) === settled) this.last.delete(key);
  }
}
