// How long do the members of this node stay? As long as it tells that it lives. And may it take out those of dead nodes?
import { PRESENCE_BEAT } from './presence-lease-scripts.js';
import type { PresenceKeys } from './presence-keys.js';
import type { RedisCommands } from './redis-engine.js';

/** Dead nodes that are taken at once. */
const MOST_DEAD = 10;

export interface LeaseParts {
  readonly nodeId: string;
  readonly link: RedisCommands;
  readonly keys: PresenceKeys;
  readonly beatInterval: number;
  readonly nodeLease: number;
  /** The members of this node are those of a dead one. */
  readonly forgotten: () => void;
  /** Takes the members of a dead node out. Does not reject. */
  readonly sweep: (dead: readonly string[]) => Promise<void>;
}

export class PresenceLease {
  private timer: NodeJS.Timeout | undefined;
  private starts = 1;
  private isFirst = true;
  /** Whether its members were given up, and it has not begun again yet. */
  private isForgotten = false;
  /** Since when each beat has gone through, and when the latest one has; by `performance.now()`. */
  private soundSince = 0;
  private latest = -Infinity;
  private isSweeping = false;
  private isOver = false;

  constructor(private readonly parts: LeaseParts) {}

  /** The node under a name that is new whenever its members were given up, so that what is taken out is never what was applied again. */
  get id(): string {
    // A channel stands before it in keys, and the last colon between them.
    const name = this.parts.nodeId.replaceAll(':', '_');
    return this.starts === 1 ? name : `${name}.${this.starts}`;
  }

  /** Resolves once the node has told that it lives. */
  async begin(): Promise<void> {
    if (this.isOver) return;
    await this.beat();
    this.timer ??= setInterval(() => void this.beat().catch(() => undefined), this.parts.beatInterval).unref();
  }

  /** From now on the lease runs out. */
  end(): void {
    this.isOver = true;
    clearInterval(this.timer);
  }

  /** The lease ends after `graceMs`. */
  async handOver(graceMs: number): Promise<void> {
    this.end();
    const { link, keys } = this.parts;
    if (!this.isFirst) await link.run(PRESENCE_BEAT, keys.leases, [this.id, graceMs, 0, 0, 0]);
  }

  private async beat(): Promise<void> {
    const { link, keys, nodeLease } = this.parts;
    if (!link.isUp(keys.leases[0])) return;
    const now = performance.now();
    if (now - this.latest > nodeLease) this.soundSince = now;
    // While Redis was away no node could beat. Each gets a whole lease to come back.
    const maySweep = !this.isSweeping && now - this.soundSince >= nodeLease;
    const args = [this.id, nodeLease, this.isFirst ? 1 : 0, maySweep ? 1 : 0, MOST_DEAD];
    const [givenUp, dead] = await this.sent(args);
    if (this.isOver) return;
    this.latest = now;
    this.isFirst = false;
    if (givenUp === 1) return this.beginAgain();
    if (this.isForgotten) {
      this.isForgotten = false;
      this.parts.forgotten();
    }
    if (dead.length > 0) void this.sweep(dead);
  }

  private async sent(args: readonly (string | number)[]): Promise<[number, string[]]> {
    const { link, keys } = this.parts;
    try {
      return (await link.run(PRESENCE_BEAT, keys.leases, args)) as [number, string[]];
    } catch (error) {
      this.latest = -Infinity;
      throw error;
    }
  }

  /** Its members are told once a beat under the new name has gone through, which may be a later one. */
  private async beginAgain(): Promise<void> {
    this.starts++;
    this.isFirst = true;
    this.isForgotten = true;
    this.latest = -Infinity;
    await this.beat();
  }

  private async sweep(dead: readonly string[]): Promise<void> {
    this.isSweeping = true;
    await this.parts.sweep(dead);
    this.isSweeping = false;
  }
}
