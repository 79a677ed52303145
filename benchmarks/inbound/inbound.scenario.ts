// What does an acknowledged message cost the server, from the wire through checks and handler and back?
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import { Pair } from '../harness/pair.js';
import {
  BARE,
  type CaseResult,
  type Contestant,
  NEST,
  NEST_WS,
  REALTIME,
  type Scenario,
  type Target,
} from '../harness/scenario.js';
import { NOTES } from '../workload.js';

/** What runs before a handler, the message that goes to it on both Nest peers, and the target. */
interface Variant {
  readonly name: string;
  readonly event: 'plain' | 'dto' | 'checked' | 'piped' | 'schema';
  readonly target?: Omit<Target, 'contestant'>;
}

const VARIANTS: readonly Variant[] = [
  { name: 'bare handler', event: 'plain', target: { against: 'bare', atMost: 1.15 } },
  { name: 'DTO', event: 'dto' },
  { name: 'DTO and guard', event: 'checked' },
  { name: 'DTO, guard and pipe', event: 'piped', target: { against: 'nest', atMost: 0.65 } },
  { name: 'Standard Schema, guard and pipe', event: 'schema', target: { against: 'nest', atMost: 0.55 } },
];

/** A peer and the message it is sent; bare Socket.IO has only one handler, measured once a round for all variants. */
type Runner = Contestant & { readonly event: Variant['event'] };

const BARE_EVENT: Runner = { ...BARE, event: 'plain' };
/** What the gateway on platform-ws handles. */
const NEST_WS_EVENTS: readonly Variant['event'][] = ['plain', 'piped'];
const CONNECTIONS = 50;
const OUTSTANDING = 1;
const ROUND_TRIPS = 8_000;

export const inbound: Scenario = {
  name: 'inbound',
  async run(options) {
    // Contestants whose ratio has a target are neighbours in this order.
    const runners = [
      BARE_EVENT,
      ...VARIANTS.flatMap(({ event }): Runner[] => [
        { ...REALTIME, event },
        { ...NEST, event },
        ...(NEST_WS_EVENTS.includes(event) ? [{ ...NEST_WS, event }] : []),
      ]),
    ].filter(({ peer }) => options.peers.includes(peer));
    const pairs = new Map<Contestant['peer'], Pair>();
    try {
      for (const { peer } of runners) if (!pairs.has(peer)) pairs.set(peer, await startPair(peer, options));
      const count = Math.round(ROUND_TRIPS * options.scale);
      const samples = await interleave(
        runners,
        { warmUp: options.warmUp, measured: options.rounds },
        async ({ peer, event }) => {
          const cpuMicros = await pairs.get(peer)!.roundTrips({ event, count, outstanding: OUTSTANDING });
          return cpuMicros / count;
        },
      );
      const measured = runners.map((runner, index) => ({ ...runner, samples: samples[index] }));
      return VARIANTS.map((variant) => resultOf(variant, measured));
    } finally {
      await Promise.all([...pairs.values()].map((pair) => pair.close()));
    }
  },
};

type Measured = Runner & { readonly samples: readonly number[] };

/** The schema is compared with the usual way of gateways to run the same checks, a DTO. A gateway with the same schema is listed too. */
function schemaReference(runner: Measured): Measured[] {
  if (runner.event === 'piped') return [{ ...runner, label: `${NEST.label}, with the DTO` }];
  return runner.event === 'schema'
    ? [{ ...runner, label: `${NEST.label}, with the schema`, reference: undefined }]
    : [];
}

function resultOf({ name, event, target }: Variant, measured: readonly Measured[]): CaseResult {
  return {
    scenario: 'inbound',
    case: name,
    unit: 'CPU-s per million round trips',
    contestants: measured.flatMap((runner): Measured[] => {
      if (runner.peer === BARE.peer) return [runner];
      if (event === 'schema' && runner.peer === NEST.peer) return schemaReference(runner);
      return runner.event === event ? [runner] : [];
    }),
    targets: target === undefined ? [] : [{ ...target, contestant: REALTIME.label }],
  };
}

async function startPair(peer: Contestant['peer'], options: Options): Promise<Pair> {
  const pair = await Pair.start(peer, options.profile, true);
  await pair.connect(CONNECTIONS);
  await pair.prepareToSend(NOTES);
  return pair;
}
