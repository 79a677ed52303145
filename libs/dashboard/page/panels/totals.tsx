// How much traffic is there in total?
import type { VNode } from 'preact';
import { Chart } from '../parts/chart.js';
import { useData } from '../parts/dashboard-context.js';
import { bytes, count, rate } from '../state/format.js';
import type { Moment } from '../state/dashboard-state.js';

/** Time span of the charts in milliseconds: at first, and at most. */
const SHORTEST_MS = 60_000;
const LONGEST_MS = 300_000;

export function TotalsPanel(): VNode | null {
  const totals = useData((state) => state.totals);
  const moments = useData((state) => state.moments);
  if (!totals || !moments) return null;
  return (
    <section class="totals" aria-labelledby="totals">
      <h2 id="totals" class="hidden-visually">
        Totals
      </h2>
      <dl class="tiles">
        <Tile name="Connections" value={count(totals.connections)} />
        <Tile name="Users" value={count(totals.users)} />
        <Tile name="Subscriptions" value={count(totals.subscriptions)} />
        <Tile name="Refusals" value={count(totals.refusals)} />
        <Tile name="Slow consumers" value={count(totals.slowConsumers)} />
        <Tile name="Queued" value={bytes(totals.queuedBytes)} />
        <RateTile name="Messages" value={totals.messagesPerSecond} moments={moments} of={(each) => each.messages} />
        <RateTile
          name="Broadcasts"
          value={totals.broadcastsPerSecond}
          moments={moments}
          of={(each) => each.broadcasts}
        />
        <RateTile
          name="Deliveries"
          value={totals.deliveriesPerSecond}
          moments={moments}
          of={(each) => each.deliveries}
        />
      </dl>
    </section>
  );
}

function Tile({ name, value }: { readonly name: string; readonly value: string }): VNode {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface RateTileProps {
  readonly name: string;
  readonly value: number;
  readonly moments: readonly Moment[];
  readonly of: (moment: Moment) => number;
}

function RateTile({ name, value, moments, of }: RateTileProps): VNode {
  const to = moments.at(-1)?.at ?? 0;
  const shown = moments.filter(({ at }) => at >= to - LONGEST_MS);
  const from = Math.min(shown[0]?.at ?? to, to - SHORTEST_MS);
  const y = shown.map(of);
  const peak = rate(y.reduce((high, each) => Math.max(high, each), 0));
  return (
    <div class="tile rate">
      <dt>{name} a second</dt>
      <dd>
        <span class="figure">{rate(value)}</span>
        <span class="note">peak {peak}</span>
        <Chart
          x={shown.map(({ at }) => at)}
          y={y}
          from={from}
          to={to}
          colour="--chart"
          height={40}
          label={`${name} a second over the last minutes: now ${rate(value)}, at most ${peak}.`}
        />
      </dd>
    </div>
  );
}
