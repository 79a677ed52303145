// Which channels are active, with how many subscribers and how much traffic?
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ChannelRow } from '../../src/wire/feed.frames.js';
import { Chart } from '../parts/chart.js';
import { useDashboard, useData } from '../parts/dashboard-context.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { FilterBox } from '../parts/filter-box.js';
import { Foreign } from '../parts/foreign.js';
import { count, rate } from '../state/format.js';
import { Panel } from '../parts/panel.js';
import { type ChannelOrder, CHANNEL_ORDERS, sortChannels } from '../state/channel-order.js';
import { containsText } from '../state/stream-filter.js';

const SECONDS = Array.from({ length: 60 }, (_, second) => second);

export function ChannelsPanel(): VNode {
  const { proposed, membersOf } = useDashboard();
  const listing = useData((state) => state.channels);
  const [wanted, setWanted] = useState('');
  const [order, setOrder] = useState<ChannelOrder>('name');
  const rows = useMemo(() => {
    const text = wanted.trim().toLowerCase();
    const found = (listing?.rows ?? []).filter(({ channel, template }) => containsText([channel, template], text));
    return sortChannels(found, order);
  }, [listing, wanted, order]);
  return (
    <Panel
      id="channels"
      title="Channels"
      wide
      tools={
        <>
          <FilterBox label="Filter channels" value={wanted} onChange={setWanted} />
          <OrderSelect order={order} onChange={setOrder} />
        </>
      }
    >
      <DataTable
        caption="Channels"
        columns={columns(
          (channel) => proposed.set({ kind: 'evict', channel }),
          (channel) => membersOf.set(channel),
        )}
        rows={rows}
        keyOf={({ channel }) => channel}
        empty={wanted === '' ? 'No channel has subscribers or traffic.' : 'No channel matches.'}
        more={listing?.more}
      />
    </Panel>
  );
}

type OnChannel = (channel: string) => void;

function columns(onEvict: OnChannel, onMembers: OnChannel): readonly Column<ChannelRow>[] {
  return [
    { title: 'Channel', cell: ({ channel }) => <Foreign text={channel} /> },
    { title: 'Subscribers', cell: ({ subscribers }) => count(subscribers), numeric: true },
    {
      title: 'Members',
      hint: 'Users who are present on any node; only channels with presence have some.',
      cell: (row) => <Members row={row} onOpen={onMembers} />,
      numeric: true,
    },
    { title: 'Broadcasts/s', cell: ({ broadcastsPerSecond }) => rate(broadcastsPerSecond), numeric: true },
    { title: 'Messages/s', cell: ({ messagesPerSecond }) => rate(messagesPerSecond), numeric: true },
    { title: 'Last minute', cell: ({ sparkline }) => <Sparkline values={sparkline} /> },
    {
      title: 'Action',
      cell: ({ channel }) => (
        <button type="button" class="quiet small" onClick={() => onEvict(channel)}>
          Evict<span class="hidden-visually"> a user from {channel}</span>…
        </button>
      ),
    },
  ];
}

interface MembersProps {
  readonly row: ChannelRow;
  readonly onOpen: OnChannel;
}

/** A dash for a channel without presence. */
function Members({ row: { channel, members }, onOpen }: MembersProps): VNode {
  if (members === null) return <>–</>;
  return (
    <button type="button" class="quiet small" onClick={() => onOpen(channel)}>
      {count(members)}
      <span class="hidden-visually">
        {' '}
        {members === 1 ? 'member' : 'members'} of {channel}
      </span>
    </button>
  );
}

interface OrderSelectProps {
  readonly order: ChannelOrder;
  readonly onChange: (order: ChannelOrder) => void;
}

function OrderSelect({ order, onChange }: OrderSelectProps): VNode {
  return (
    <label class="select">
      Order
      <select value={order} onChange={({ currentTarget }) => onChange(currentTarget.value as ChannelOrder)}>
        {CHANNEL_ORDERS.map(({ order: value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function Sparkline({ values }: { readonly values: readonly number[] }): VNode {
  const sum = values.reduce((total, each) => total + each, 0);
  const peak = values.reduce((high, each) => Math.max(high, each), 0);
  if (sum === 0) return <span class="faded">none</span>;
  return (
    <Chart
      x={SECONDS.slice(0, values.length)}
      y={values}
      from={0}
      to={SECONDS.length - 1}
      colour="--chart"
      height={26}
      label={`${count(sum)} broadcasts in the last minute, at most ${count(peak)} in a second.`}
    />
  );
}
