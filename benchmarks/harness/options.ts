// What may be chosen on the command line? Parsed once, handed to every scenario.
import { parseArgs } from 'node:util';

export interface Options {
  /** Names of the scenarios to run; all of them when empty. */
  readonly scenarios: readonly string[];
  /** Peers that take part. */
  readonly peers: readonly string[];
  /** Members of the fan-out room; one case each. */
  readonly members: readonly number[];
  /** Idle connections of the memory scenario. */
  readonly connections: number;
  /** Measured rounds; each contestant is measured once a round. */
  readonly rounds: number;
  /** Rounds of warm-up before them; the smaller the rounds, the more of them. */
  readonly warmUp: number;
  /** Measured rounds where every sample needs processes of its own. */
  readonly freshRounds: number;
  /** Fraction of the usual work in one sample. */
  readonly scale: number;
  /** Print JSON, with all samples, instead of the table. */
  readonly json: boolean;
  /** Exit with 1 when a target is missed. */
  readonly check: boolean;
  /** Folder for CPU profiles of the server processes. */
  readonly profile?: string;
}

export const USAGE = `node benchmarks/run.mjs [scenario ...] [options]

Scenarios: fan-out, many-rooms, list-broadcast, chat, inbound, connects, idle-memory, latency, slow-consumer, dashboard, cluster, cluster-nodes, cluster-recovery, calibration, presence (all of them when none is named).
  --peers bare,nest,realtime,nest-ws,ws,floor
                      which peers take part
  --members 100,1000,5000
                      members of the fan-out room, one case each (--quick: 100,1000)
  --connections 5000  idle connections of idle-memory, and as many again (--quick: 2000)
  --rounds 5          measured rounds
  --quick             3 rounds of a third of the work: a quick look, not a result
  --json              all samples as JSON instead of a Markdown table
  --check             exit with 1 when a target is missed
  --profile DIR       write a CPU profile of each server into DIR (which distorts the numbers)`;

/** @throws TypeError for an unknown option, RangeError for a value that is not a positive whole number. */
export function parseOptions(args: string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      peers: { type: 'string', default: 'bare,nest,realtime,nest-ws,ws,floor' },
      members: { type: 'string' },
      connections: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const rounds = positiveInteger(values.rounds ?? (values.quick ? '3' : '5'));
  return {
    scenarios: positionals,
    peers: values.peers.split(','),
    members: (values.members ?? (values.quick ? '100,1000' : '100,1000,5000')).split(',').map(positiveInteger),
    connections: positiveInteger(values.connections ?? (values.quick ? '2000' : '5000')),
    rounds,
    warmUp: values.quick ? 6 : 2,
    freshRounds: values.quick ? 1 : Math.min(rounds, 2),
    scale: values.quick ? 0.3 : 1,
    json: values.json,
    check: values.check,
    profile: values.profile,
  };
}

function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`"${text}" is not a positive whole number.`);
  return number;
}
