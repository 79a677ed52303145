// How does a connection enter a channel with a snapshot? It recovers what it has missed; where it cannot, it gets the state and what came since.
import type { Entrance, Standing } from './entrance.js';
import type { SharedSnapshot } from './shared-snapshot.js';
import type { SnapshotPlace } from './snapshot-place.js';

export class SnapshotEntrance implements Entrance {
  private shared: SharedSnapshot | null = null;
  private isClosed = false;

  /**
   * `recovery` is the way in behind the client's own position; null if it gave none, or there is no history. `share` asks for the state, or
   * finds an answer that is young enough.
   */
  constructor(
    private recovery: Entrance | null,
    private readonly isReturning: boolean,
    private readonly place: SnapshotPlace,
    private readonly share: (place: SnapshotPlace) => SharedSnapshot,
  ) {}

  async prepare(): Promise<void> {
    if (this.recovery !== null && (await this.mayRecover(this.recovery))) return;
    await this.place.ready();
    if (this.isClosed || !this.place.isReady) return;
    if (this.shared === null || this.shared.isBroken) {
      this.shared?.release();
      this.shared = this.share(this.place).hold();
    }
    await this.shared.answered;
  }

  take(): Standing | null {
    if (this.recovery !== null) return recovered(this.recovery.take());
    const standing = this.place.isReady && this.shared !== null ? this.shared.standing() : null;
    return standing && { ...standing, ...(this.isReturning && { recovered: false }) };
  }

  close(): void {
    this.isClosed = true;
    this.recovery?.close();
    this.shared?.release();
    this.shared = null;
    this.place.close();
  }

  /** Whether it is still to be seen, or certain. If not, the connection begins with the state. */
  private async mayRecover(recovery: Entrance): Promise<boolean> {
    await recovery.prepare();
    const standing = recovery.take();
    if (this.isClosed || standing === null || standing.recovered === true) return true;
    recovery.close();
    this.recovery = null;
    return false;
  }
}

function recovered(standing: Standing | null): Standing | null {
  return standing?.recovered === true ? standing : null;
}
