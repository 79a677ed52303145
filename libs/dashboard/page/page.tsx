// What is on the page, and how does it start? It opens one link to the server, and each panel follows its part of the data.
import { render, type VNode } from 'preact';
import { DashboardLink } from './link/dashboard-link.js';
import { showHomeLink } from './link/home-link.js';
import { TokenKeeper } from './link/token.js';
import { Access, ForgetToken } from './panels/access.js';
import { ChannelsPanel } from './panels/channels.js';
import { ConnectionPill } from './panels/connection-pill.js';
import { ConnectionsPanel } from './panels/connections.js';
import { HandlersPanel } from './panels/handlers.js';
import { NodesPanel } from './panels/nodes.js';
import { QueuesPanel } from './panels/queues.js';
import { RefusalsPanel } from './panels/refusals.js';
import { SlowConsumersPanel } from './panels/slow-consumers.js';
import { StreamPanel } from './panels/stream.js';
import { RatesPanel, TotalsPanel } from './panels/totals.js';
import { ActionDialog } from './parts/action-dialog.js';
import { MembersDialog } from './parts/members-dialog.js';
import { type Dashboard, DashboardContext, useDashboard, useData } from './parts/dashboard-context.js';
import { useStore } from './parts/use-store.js';
import { Store } from './state/store.js';

const SECTIONS: readonly (readonly [id: string, title: string])[] = [
  ['stream', 'Stream'],
  ['queues', 'Queues'],
  ['handlers', 'Handlers'],
  ['slow-consumers', 'Slow consumers'],
  ['nodes', 'Nodes'],
  ['channels', 'Channels'],
  ['connections', 'Connections'],
  ['refusals', 'Refusals'],
];

function Page(): VNode {
  const status = useStore(useDashboard().link.status, (now) => now);
  const shown = useData(() => true) === true;
  const payloads = useData((state) => state.payloads);
  return (
    <>
      <a class="skip" href="#stream">
        Skip to the stream
      </a>
      <header class="masthead">
        <h1>Realtime dashboard</h1>
        <ConnectionPill />
        {payloads !== null && <p class="note">payloads {payloads}</p>}
        {shown && <ForgetToken />}
        {shown && (
          <nav aria-label="Panels">
            {SECTIONS.map(([id, title]) => (
              <a key={id} href={`#${id}`}>
                {title}
              </a>
            ))}
          </nav>
        )}
      </header>
      {status.state === 'refused' || status.state === 'failed' ? (
        <Access status={status} />
      ) : (
        <main aria-busy={!shown}>{shown && <Panels />}</main>
      )}
      {shown && <ActionDialog />}
      {shown && <MembersDialog />}
    </>
  );
}

function Panels(): VNode {
  return (
    <>
      <TotalsPanel />
      <RatesPanel />
      <div class="panels">
        <div class="main-column">
          <StreamPanel />
        </div>
        <div class="side-column">
          <QueuesPanel />
          <HandlersPanel />
          <SlowConsumersPanel />
        </div>
        <NodesPanel />
        <ChannelsPanel />
        <ConnectionsPanel />
        <RefusalsPanel />
      </div>
    </>
  );
}

const token = new TokenKeeper();
const path = document.querySelector<HTMLMetaElement>('meta[name=realtime-path]')!.content;
const dashboard: Dashboard = {
  link: new DashboardLink(path, token),
  token,
  proposed: new Store(null),
  membersOf: new Store(null),
};

render(
  <DashboardContext.Provider value={dashboard}>
    <Page />
  </DashboardContext.Provider>,
  document.getElementById('page')!,
);
showHomeLink();
dashboard.link.connect();
