// Over what are the nodes connected, and what can go wrong with it?
import type { Chance } from '../kit/chance.js';
import type { Ledger } from './ledger.js';

/** How one node gets to the engine. */
export interface Way {
  /** `REDIS_URL` of the node. */
  readonly url: string;
  close(): void;
}

export interface EngineScene {
  readonly ledger: Ledger;
  readonly chance: Chance;
}

/** Resolves when what caused the fault is over; whether the nodes are well again is asked afterwards. */
export type EngineFault = (scene: EngineScene) => Promise<void>;

export interface Engine {
  /** What can happen to it, by name. */
  readonly faults: Readonly<Record<string, EngineFault>>;
  /** For one more node. */
  way(): Promise<Way>;
  stop(): Promise<void>;
}
