// What goes wrong? One fault after another, in an order that a seed decides, and each at least once before any comes back.
import type { Chance } from '../kit/chance.js';
import type { Engine } from './engine.js';
import type { Ledger } from './ledger.js';
import type { ChaosNode, Nodes } from './nodes.js';

export interface Scene {
  readonly engine: Engine;
  readonly nodes: Nodes;
  /** Nodes that are killed and replaced; the others live to the end. */
  readonly mortal: readonly ChaosNode[];
  readonly ledger: Ledger;
  readonly chance: Chance;
}

/** Resolves when what caused the fault is over; whether the nodes are well again is asked afterwards. */
type Fault = (scene: Scene) => Promise<void>;

const KILL = 'a node is killed';

/** What can happen, by name: to nodes, and to the engine. */
export function faultsOf({ faults }: Engine): Readonly<Record<string, Fault>> {
  return {
    [KILL]: ({ nodes, mortal, chance }) => nodes.kill(chance.one(mortal)),
    ...faults,
    'all nodes are replaced, one after another': async ({ nodes, mortal }) => {
      for (const node of mortal) await nodes.replace(node);
    },
  };
}

/** Names without an end: each round has all of them, in another order, and a killed node between any two. */
export function* faultNames(faults: Readonly<Record<string, Fault>>, chance: Chance): Generator<string, never> {
  for (;;) {
    const rest = Object.keys(faults).filter((name) => name !== KILL);
    while (rest.length > 0) {
      yield KILL;
      yield rest.splice(chance.below(rest.length), 1)[0];
    }
  }
}
