// Who is in a channel? The dialog asks the server once it is opened, and again when the reader wants it.
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { RealtimeError } from '@nestjs-realtime/client';
import type { Listing, MemberRow } from '../../src/wire/feed.frames.js';
import { count } from '../state/format.js';
import { shownJson } from '../state/shown-json.js';
import { Since } from './at.js';
import { useDashboard } from './dashboard-context.js';
import { type Column, DataTable } from './data-table.js';
import { Foreign, Who } from './foreign.js';
import { useModal } from './use-modal.js';
import { useStore } from './use-store.js';

export function MembersDialog(): VNode | null {
  const channel = useStore(useDashboard().membersOf, (name) => name);
  return channel === null ? null : <OpenMembers key={channel} channel={channel} />;
}

type Answer = Listing<MemberRow> | string | null;

function OpenMembers({ channel }: { readonly channel: string }): VNode {
  const { membersOf } = useDashboard();
  const dialog = useModal('channels');
  const [answer, ask] = useMembers(channel);
  return (
    <dialog ref={dialog} class="wide" aria-labelledby="members-title" onClose={() => membersOf.set(null)}>
      <h2 id="members-title">
        Members of <Foreign text={channel} />
      </h2>
      <p role="status" class={typeof answer === 'string' ? 'outcome bad foreign' : 'outcome'}>
        {textOf(answer)}
      </p>
      {answer !== null && typeof answer !== 'string' && (
        <DataTable
          caption="Members"
          columns={answer.rows.some(({ data }) => data !== undefined) ? [...COLUMNS, DATA] : COLUMNS}
          rows={answer.rows}
          keyOf={({ userId }) => userId}
          empty="The channel has no members."
          more={answer.more}
        />
      )}
      <div class="buttons">
        <button type="button" class="quiet" disabled={answer === null} onClick={ask}>
          Read again
        </button>
        <button type="button" class="quiet" autoFocus onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}

/** The members as the server had them when it was asked last, why it refused, or null until it answers; and how to ask again. */
function useMembers(channel: string): readonly [Answer, () => void] {
  const { link } = useDashboard();
  const [answer, setAnswer] = useState<Answer>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let isOpen = true;
    const show = (found: Answer): void => void (isOpen && setAnswer(found));
    setAnswer(null);
    link.members(channel).then(show, (error: unknown) => {
      const reason = RealtimeError.is(error) ? `${error.message} (${error.code})` : String(error);
      show(`The members could not be read: ${reason}`);
    });
    return () => void (isOpen = false);
  }, [link, channel, asked]);
  return [answer, () => setAsked(asked + 1)];
}

function textOf(answer: Answer): string {
  if (answer === null) return 'Waiting for the server…';
  if (typeof answer === 'string') return answer;
  const members = answer.rows.length + answer.more;
  return `${count(members)} ${members === 1 ? 'member' : 'members'} on all nodes, those who joined first at the top.`;
}

const COLUMNS: readonly Column<MemberRow>[] = [
  { title: 'User', cell: ({ userId }) => <Who userId={userId} /> },
  { title: 'Since', cell: ({ since }) => <Since at={since} /> },
  { title: 'Connections', cell: ({ connections }) => count(connections), numeric: true },
];
const DATA: Column<MemberRow> = {
  title: 'Data',
  cell: ({ data }) => (data === undefined ? '–' : <Foreign text={shownJson(data)} />),
};
