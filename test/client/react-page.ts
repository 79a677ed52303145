// Which page do the tests of the hooks look at? Components that write down all that they are told, in strict mode.
import { Activity, createElement, Fragment, type ReactElement, StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { createRealtimeClient } from '@nestjs-realtime/client';
import {
  type ChannelView,
  RealtimeProvider,
  useChannel,
  useConnectionStatus,
  useEvent,
  useGap,
  usePresence,
  useRealtimeClient,
  useRealtimeState,
} from '@nestjs-realtime/client/react';

/** Strings stand for what a schema library checks. */
const text = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: value as string }) },
} as const;
const room = defineRealtimeChannel({ name: 'a', scope: 'public', events: { said: text }, history: true });
const plain = defineRealtimeChannel({ name: 'plain', scope: 'public', events: { said: text } });

const lobby = defineRealtimeChannel({ name: 'lobby', scope: 'authenticated', events: { said: text }, presence: true });

export interface Shown {
  readonly kind: 'listener' | 'loaded' | 'initial' | 'snapshot' | 'plain' | 'members' | 'none';
  readonly since?: { epoch: string; offset: number };
  readonly isHidden?: boolean;
  /** Without its child, which shows the members. */
  readonly isAlone?: boolean;
}

const log: string[] = [];
const says = (line: string): void => void log.push(line);
/** What `snapshot()` answers; the test sets it. */
const answers: { load: () => Promise<readonly string[]> } = { load: () => Promise.resolve(['loaded']) };

function Listener({ since }: Shown): ReactElement {
  const view = useChannel(room, {}, { since });
  useEvent(view, 'said', (name) => says(`${name} while ${view.status.state}`));
  useGap(view, () => says('gap'));
  const { status } = view;
  return createElement(
    'p',
    null,
    status.state === 'subscribed' ? `subscribed ${status.gap} ${status.replayed}` : status.state,
  );
}

function Plain(): ReactElement {
  const view = useChannel(plain);
  useGap(view, () => says('gap'));
  return createElement('p', null, `${view.name} ${view.status.state}`);
}

function State({ kind, since }: Shown): ReactElement {
  const view = useChannel(room, {}, { since });
  const { status, data, error, reload } = useRealtimeState(view, {
    initial: kind === 'initial' ? ['initial'] : undefined,
    snapshot:
      kind === 'snapshot'
        ? undefined
        : ({ signal }) => {
            says('load');
            signal.addEventListener('abort', () => says('aborted'));
            return answers.load();
          },
    on: { said: (state: readonly string[], name) => [...state, name] },
  });
  return createElement(
    Fragment,
    null,
    createElement('p', null, [status, ...(data ?? []), error?.code].filter(Boolean).join(' ')),
    createElement('button', { onClick: reload }, 'reload'),
  );
}

/** The part that shows them is a child, whose effects run before those of its parent. */
function Members({ isAlone }: Shown): ReactElement {
  const view = useChannel(lobby);
  useEvent(view, 'said', (name) => says(`parent ${name}`));
  return isAlone ? createElement('p', null, 'alone') : createElement(MemberList, { view });
}

function MemberList({ view }: { readonly view: ChannelView<typeof lobby> }): ReactElement {
  const members = usePresence(view);
  useEvent(view, 'said', (name) => says(`child ${name}`));
  const seen = useRef(members);
  if (seen.current !== members) says('other members');
  useEffect(() => void (seen.current = members));
  return createElement('p', null, ['members', ...members.map(({ userId }) => userId)].join(' '));
}

function Nothing(): ReactElement {
  const view = useChannel(room, null);
  useEvent(view, 'said', says);
  return createElement('p', null, `${view.name} ${view.status.state}`);
}

function Page(): ReactElement {
  const [shown, show] = useState<readonly Shown[]>([]);
  Object.assign(globalThis, { show, client: useRealtimeClient() });
  const { state } = useConnectionStatus();
  const components = {
    listener: Listener,
    plain: Plain,
    members: Members,
    none: Nothing,
    loaded: State,
    initial: State,
    snapshot: State,
  };
  return createElement(
    'main',
    null,
    createElement('h1', null, state),
    shown.map((each, key) =>
      createElement(Activity, {
        key,
        mode: each.isHidden ? 'hidden' : 'visible',
        children: createElement(components[each.kind], each),
      }),
    ),
  );
}

const options = { retryDelay: 5, maxRetryDelay: 20 };
const client = location.hash === '#own' ? createRealtimeClient(options) : undefined;
Object.assign(globalThis, { log, answers });
const provider = client ? { client } : { options };
createRoot(document.getElementById('root')!).render(
  createElement(StrictMode, null, createElement(RealtimeProvider, provider, createElement(Page))),
);
