// What does the page say in figures? Markdown tables, as Prettier formats them.
import {
  bottleneckOf,
  busier,
  deploymentFor,
  growthUntilFull,
  mastersNeeded,
  type Utilisation,
  utilisationOf,
} from './capacity.js';
import { APPLICATIONS, chatOn, NODE_COUNTS, regionStorm, SITE } from './cases.js';
import { type Figure, FIGURES } from './figures.js';
import { latencyP99 } from './latency.js';
import { stormOf } from './storm.js';
import { type Deployment, ratesOf, type Workload } from './workload.js';

export function constantsTable(): string {
  const rows = (group: Record<string, Figure>, of: string, unit: string): string[][] =>
    Object.entries(group).map(([name, { value, measuredBy, what, gathered }]) => [
      `\`${of}.${name}\``,
      what,
      `${count(value)} ${unit}`,
      `\`${measuredBy}\``,
      gathered === undefined ? '' : `${count(gathered.value)} ${unit}, \`${gathered.measuredBy}\``,
    ]);
  return table(
    ['constant', 'one', 'alone', 'measured by', 'in bursts, measured by'],
    [
      ...rows({ ...FIGURES.node }, 'node', 'CPU-µs'),
      ...rows({ ...FIGURES.redis }, 'redis', 'CPU-µs'),
      ...rows({ ...FIGURES.memory }, 'memory', 'bytes'),
    ],
  );
}

export function sizesTable(): string {
  return table(
    [
      'nodes',
      'connections',
      'broadcasts/s',
      'deliveries/s',
      'Redis servers',
      'node CPU',
      'Redis CPU',
      'p99',
      'next bottleneck',
      'full at',
    ],
    NODE_COUNTS.map((nodes) => {
      const load = chatOn(nodes);
      const deployment = { nodes, masters: mastersNeeded(load, nodes, SITE) ?? 1 };
      const used = utilisationOf(load, deployment, SITE);
      const factor = growthUntilFull(load, deployment, SITE);
      return [
        count(nodes),
        count(load.connections),
        ...throughput(load, deployment),
        count(deployment.masters),
        percent(used['node CPU']),
        percent(used['Redis CPU']),
        milliseconds(latencyP99(load, deployment, SITE)),
        fullest(used),
        `${count(ratesOf(busier(load, factor), deployment).deliveries)}/s`,
      ];
    }),
  );
}

export function applicationsTable(): string {
  return table(
    ['a million connections', 'broadcasts/s', 'deliveries/s', 'nodes', 'Redis servers', 'p99', 'next bottleneck'],
    APPLICATIONS.map(({ name, load }) => {
      const deployment = deploymentFor(load, SITE);
      if (deployment === null) return [name, '', '', 'none suffice', '', '', ''];
      const used = utilisationOf(load, deployment, SITE);
      const p99 = milliseconds(latencyP99(load, deployment, SITE));
      return [
        name,
        ...throughput(load, deployment),
        count(deployment.nodes),
        count(deployment.masters),
        p99,
        fullest(used),
      ];
    }),
  );
}

/** Authentications a second that the identity provider answers. */
export const PROVIDERS = [1_000, 10_000, 100_000];

export function stormsTable(): string {
  const sizes = [10, 100, 500];
  return table(
    ['nodes that are left', 'come back', 'authentications/s', 'all are back after', 'refused attempts', 'bounded by'],
    sizes.flatMap((nodes) =>
      PROVIDERS.map((perSecond) => {
        const masters = mastersNeeded(chatOn(nodes), nodes, SITE) ?? 1;
        const storm = regionStorm(nodes, masters, perSecond);
        const { seconds, refusals, limit } = stormOf(storm, SITE);
        return [
          count(nodes),
          count(storm.returning),
          count(perSecond),
          Number.isFinite(seconds) ? duration(seconds) : 'over an hour',
          count(refusals),
          limit,
        ];
      }),
    ),
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function throughput(load: Workload, deployment: Deployment): string[] {
  const { broadcasts, deliveries } = ratesOf(load, deployment);
  return [count(broadcasts), count(deliveries)];
}

function fullest(used: Utilisation): string {
  const resource = bottleneckOf(used);
  return `${resource}, ${percent(used[resource])}`;
}

/** Three digits. */
function count(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function milliseconds(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(1)} ms` : 'unbounded';
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}
