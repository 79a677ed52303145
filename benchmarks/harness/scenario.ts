// What is a scenario? One question, asked of several contestants in one interleaved run.
import type { PeerName } from '../peers/peer.js';
import type { Options } from './options.js';

/** What ratios divide by, and how the table calls it. */
export const REFERENCES = {
  bare: 'bare socket.io',
  nest: 'Nest gateway',
  plain: 'plain broadcast',
  redis: 'Redis adapter',
  streams: 'Streams adapter',
} as const;

export type Reference = keyof typeof REFERENCES;

/** One thing that is compared: a peer, doing its work in one way. */
export interface Contestant {
  readonly peer: PeerName;
  /** What the table calls it. */
  readonly label: string;
  /** The ratio column that divides by it. */
  readonly reference?: Reference;
}

/** A bound of a ratio that the project commits to. */
export interface Target {
  /** Label of a contestant. */
  readonly contestant: string;
  readonly against: Reference;
  /** An upper bound, for costs. */
  readonly atMost?: number;
  /** A lower bound, for throughput. */
  readonly atLeast?: number;
}

/** What one case of a scenario has measured: samples of the same round have the same index. */
export interface CaseResult {
  readonly scenario: string;
  readonly case: string;
  readonly unit: string;
  readonly contestants: readonly (Contestant & { readonly samples: readonly number[] })[];
  readonly targets: readonly Target[];
}

export interface Scenario {
  readonly name: string;
  run(options: Options): Promise<CaseResult[]>;
}

/** The contestants of most scenarios. */
export const BARE = { peer: 'bare', label: 'bare socket.io', reference: 'bare' } as const satisfies Contestant;
export const NEST = { peer: 'nest', label: 'Nest gateway', reference: 'nest' } as const satisfies Contestant;
export const REALTIME = { peer: 'realtime', label: 'nestjs-realtime' } as const satisfies Contestant;
export const NEST_WS = { peer: 'nest-ws', label: 'Nest gateway, platform-ws' } as const satisfies Contestant;
/** Not a usable server. It shows what one write for each delivery costs, so that all other costs stand out. */
export const FLOOR = { peer: 'floor', label: 'one net.Socket.write each' } as const satisfies Contestant;
export const WS = { peer: 'ws', label: 'ws, plain loop' } as const satisfies Contestant;
