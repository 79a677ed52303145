// How much traffic is there in total?
import type { VNode } from 'preact';
import type { Totals } from '../../src/wire/feed.frames.js';
import { Chart } from '../parts/chart.js';
import { useData } from '../parts/dashboard-context.js';
import { bytes, count, rate } from '../state/format.js';
import type { Moment } from '../state/dashboard-state.js';

/** Time span of the charts in milliseconds: at first, and at most. */
const SHORTEST_MS = 60_000;
const LONGEST_MS = 300_000;

export function TotalsPanel(): VNode | null {
  const totals = useData((state) => state.totals);
  if (!totals) return null;
  return (
    <section class="totals" aria-labelledby="totals">
      <h2 id="totals" class="hidden-visually">
        Totals
      </h2>
      <dl class="tiles">
        {TILES.map(({ name, title, value }) => (
          <div key={name} class="tile" title={title}>
            <dt>{name}</dt>
            <dd>{value(totals)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface TileKind {
  readonly name: string;
  /** Explains the word. */
  readonly title: string;
  readonly value: (totals: Totals) => string;
}

const TILES: readonly TileKind[] = [
  {
    name: 'Connections',
    title: 'Clients that are connected to this node now; a user with two tabs has two.',
    value: ({ connections }) => count(connections),
  },
  {
    name: 'Users',
    title: 'Users with at least one connection to this node; anonymous clients do not count.',
    value: ({ users }) => count(users),
  },
  {
    name: 'Subscriptions',
    title: 'Channels that connections listen to, counted once for each connection.',
    value: ({ subscriptions }) => count(subscriptions),
  },
  {
    name: 'Refusals',
    title: 'Connections, subscriptions and messages that a gate or a handler has refused since the node started.',
    value: ({ refusals }) => count(refusals),
  },
  {
    name: 'Slow consumers',
    title:
      'How often since the node started a client read so slowly that it was disconnected, or events were left out.',
    value: ({ slowConsumers }) => count(slowConsumers),
  },
  {
    name: 'Queued',
    title: 'Bytes that wait in this node because clients have not read them yet.',
    value: ({ queuedBytes }) => bytes(queuedBytes),
  },
  {
    name: 'Joins a second',
    title: 'Users who have joined a channel with presence in the last second.',
    value: ({ joinsPerSecond }) => rate(joinsPerSecond),
  },
  {
    name: 'Leaves a second',
    title: 'Users who have left a channel with presence in the last second.',
    value: ({ leavesPerSecond }) => rate(leavesPerSecond),
  },
];

/** The charts: on a phone they stand behind the stream. */
export function RatesPanel(): VNode | null {
  const totals = useData((state) => state.totals);
  const moments = useData((state) => state.moments);
  if (!totals || !moments) return null;
  return (
    <section class="totals rates" aria-labelledby="rates">
      <h2 id="rates" class="hidden-visually">
        Traffic
      </h2>
      <dl class="tiles">
        <RateTile
          name="Messages"
          title="Messages from clients that handlers have taken in the last second."
          value={totals.messagesPerSecond}
          moments={moments}
          of={(each) => each.messages}
        />
        <RateTile
          name="Broadcasts"
          title="Events that the application has broadcast in the last second, however many clients get them."
          value={totals.broadcastsPerSecond}
          moments={moments}
          of={(each) => each.broadcasts}
        />
        <RateTile
          name="Deliveries"
          title="Connections that those events were sent to: one broadcast to 100 connections is 100 deliveries."
          value={totals.deliveriesPerSecond}
          moments={moments}
          of={(each) => each.deliveries}
        />
      </dl>
    </section>
  );
}

interface RateTileProps {
  readonly name: string;
  readonly title: string;
  readonly value: number;
  readonly moments: readonly Moment[];
  readonly of: (moment: Moment) => number;
}

function RateTile({ name, title, value, moments, of }: RateTileProps): VNode {
  const to = moments.at(-1)?.at ?? 0;
  const shown = moments.filter(({ at }) => at >= to - LONGEST_MS);
  const from = Math.min(shown[0]?.at ?? to, to - SHORTEST_MS);
  const y = shown.map(of);
  const highest = y.reduce((high, each) => Math.max(high, each), 0);
  const peak = rate(highest);
  return (
    <div class="tile rate" title={title}>
      <dt>{name} a second</dt>
      <dd>
        <span class="figure">{rate(value)}</span>
        <span class="note">{highest > 0 ? `peak ${peak}` : 'none in the last minutes'}</span>
        {highest > 0 && (
          <Chart
            x={shown.map(({ at }) => at)}
            y={y}
            from={from}
            to={to}
            colour="--chart"
            height={40}
            label={`${name} a second over the last minutes: now ${rate(value)}, at most ${peak}.`}
          />
        )}
      </dd>
    </div>
  );
}
