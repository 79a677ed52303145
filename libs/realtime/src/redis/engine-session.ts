// When has this node joined? When its connections are up, Redis can be used, and all that is wanted is subscribed.
import { EngineHealth } from './engine-health.js';
import { RedisCluster } from './redis-cluster.js';
import { setupFault } from './redis-check.js';
import type { EngineEvents, RedisEngine } from './redis-engine.js';
import type { RedisNames } from './redis-names.js';
import type { RedisSettings } from './redis.options.js';
import { type EngineUser, SingleServer } from './single-server.js';

/** How long a Redis that cannot be used is left alone before it is tried again, in milliseconds. */
const RETRY_PAUSE = 1_000;

/** What a session tells its owner. No method throws. */
export interface SessionOwner extends EngineUser {
  message(topic: string, text: string): void;
  /** What is left to do before the node counts as joined; repeated where it rejects. */
  prepare(): Promise<void>;
  /** The node has joined, for the first time or again. */
  joined(): void;
  /** What was subscribed to is lost. */
  gone(): void;
}

export class EngineSession {
  readonly health: EngineHealth;
  readonly engine: RedisEngine;
  private isJoined = false;
  private lastTrouble: string | null = null;
  private isClosed = false;
  /** Counts the attempts, so that one of an earlier connection changes nothing. */
  private attempt = 0;
  private retry: NodeJS.Timeout | undefined;
  private settle: ((fault: string | null) => void) | null = null;

  constructor(
    private readonly settings: RedisSettings,
    private readonly names: RedisNames,
    private readonly owner: SessionOwner,
  ) {
    this.health = new EngineHealth(owner.nodeId);
    const events: EngineEvents = {
      up: () => this.tryJoin(),
      down: (what) => this.down(what),
      moved: () => this.moved(),
      trouble: (reason) => this.trouble(reason),
      refused: (reason, topic) => this.broken(reason, topic),
      message: (topic, text) => owner.message(topic, text),
    };
    const { target } = settings;
    this.engine =
      target.kind === 'cluster'
        ? new RedisCluster(target.seeds, settings, names, owner, events)
        : new SingleServer(target, settings, names, owner, events);
  }

  /** Resolves with null once it has joined or `withinMs` are over, or with what makes this Redis unusable. */
  async join(withinMs: number): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.settle?.(null), withinMs);
      this.settle = (fault) => {
        clearTimeout(timer);
        this.settle = null;
        resolve(fault);
      };
      if (this.isJoined) this.settle(null);
    });
  }

  close(): void {
    this.isClosed = true;
    this.attempt++;
    clearTimeout(this.retry);
    this.settle?.(null);
    this.engine.close();
  }

  private tryJoin(): void {
    if (this.isClosed || !this.engine.isUp) return;
    const attempt = ++this.attempt;
    clearTimeout(this.retry);
    this.joinOnce(attempt).catch((error: Error) => {
      if (attempt === this.attempt) this.tryLater(this.explained(error.message));
    });
  }

  private async joinOnce(attempt: number): Promise<void> {
    const { fault, warnings } = await this.engine.check();
    if (attempt !== this.attempt) return;
    if (fault !== null) return this.unusable(fault);
    await this.engine.restore();
    if (attempt === this.attempt) await this.owner.prepare();
    if (attempt !== this.attempt) return;
    for (const warning of warnings) this.health.warn(warning);
    this.health.ok();
    this.isJoined = true;
    this.owner.joined();
    this.settle?.(null);
  }

  /** A user without rights, for example, gets them while the application runs. */
  private unusable(fault: string): void {
    this.health.fault(fault);
    this.settle?.(fault);
    this.tryLater(fault);
  }

  private tryLater(reason: string): void {
    this.health.degraded(reason);
    this.retry = setTimeout(() => this.tryJoin(), RETRY_PAUSE).unref();
  }

  private down(what: string): void {
    if (this.isClosed) return;
    this.attempt++;
    this.health.degraded(this.explained(this.lastTrouble ?? what));
    this.lastTrouble = null;
    this.leave();
  }

  /** Nothing is wrong: what is lost is subscribed again where it is now. */
  private moved(): void {
    if (this.isClosed) return;
    this.attempt++;
    this.leave();
    this.tryJoin();
  }

  private leave(): void {
    if (!this.isJoined) return;
    this.isJoined = false;
    this.owner.gone();
  }

  /** With what to change, where the user of Redis lacks rights. */
  private explained(reason: string): string {
    return setupFault(reason, this.names.prefix, this.settings.target) ?? reason;
  }

  /** What troubles a connection that is up may end it; only the end counts. */
  private trouble(reason: string): void {
    if (this.isClosed) return;
    if (this.isJoined) {
      this.lastTrouble = reason;
      return;
    }
    const fault = setupFault(reason, this.names.prefix, this.settings.target);
    if (fault === null) return this.health.degraded(reason);
    this.health.fault(fault);
    this.settle?.(fault);
  }

  /** A connection for subscriptions is open and brings nothing, so a new one begins. */
  deaf(topic: string): void {
    this.broken('the connection for subscriptions brings nothing', topic);
  }

  /** What the connection holds is not known any more, so a new one begins. While joining, it is asked again after a pause. */
  private broken(reason: string, topic: string): void {
    this.trouble(reason);
    if (this.isJoined) this.engine.reset(topic);
  }
}
