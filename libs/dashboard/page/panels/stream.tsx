// What is happening? Everything that was noticed, newest first, until one asks for some of it or for quiet.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { StreamRow } from '../../src/wire/feed.frames.js';
import { useDashboard, useData } from '../parts/dashboard-context.js';
import { count } from '../state/format.js';
import { Panel } from '../parts/panel.js';
import type { RowKind } from '../state/row-text.js';
import { findStory } from '../state/story.js';
import { filterRows } from '../state/stream-filter.js';
import { StoryView } from './story.js';
import { StreamRows } from './stream-rows.js';
import { StreamTools } from './stream-tools.js';

/** Rows drawn at once: more cannot be read, and would have to be drawn four times a second. */
const SHOWN = 100;

export function StreamPanel(): VNode {
  const { link } = useDashboard();
  const live = useData((state) => state.rows) ?? [];
  const story = useData((state) => state.story);
  const skipped = useData((state) => state.skipped) ?? 0;
  const [kinds, setKinds] = useState<ReadonlySet<RowKind>>(new Set());
  const [text, setText] = useState('');
  const [paused, setPaused] = useState<readonly StreamRow[] | null>(null);
  /** While somebody points at a row, or has one in focus, it does not run away from him. */
  const [held, setHeld] = useState<readonly StreamRow[] | null>(null);

  const still = paused ?? held;
  const { shown, matching } = filterRows(still ?? live, { kinds, text }, SHOWN);
  const waiting = still === null ? 0 : live.filter(({ id }) => id > (still.at(-1)?.id ?? -1)).length;

  const follow = (id: number): void => {
    const { value } = link.data;
    const newest = still?.at(-1)?.id ?? -1;
    const known = [...(still ?? []), ...live.filter((row) => row.id > newest)];
    if (value) link.data.set({ ...value, story: findStory(id, known) });
  };
  const leave = (): void => {
    const { value } = link.data;
    if (value) link.data.set({ ...value, story: null });
    setHeld(null);
    document.getElementById('stream')?.focus();
  };

  return (
    <Panel
      id="stream"
      title="Stream"
      note={
        story === null ? (
          <Note matching={matching} waiting={waiting} paused={paused !== null} held={held !== null} skipped={skipped} />
        ) : undefined
      }
      tools={
        story === null ? (
          <StreamTools
            kinds={kinds}
            onKinds={setKinds}
            text={text}
            onText={setText}
            paused={paused !== null}
            onPaused={(pause) => setPaused(pause ? (held ?? live) : null)}
          />
        ) : undefined
      }
    >
      {story === null ? (
        <StreamRows rows={shown} onStory={follow} onHold={(hold) => setHeld(hold ? (paused ?? live) : null)} />
      ) : (
        <StoryView story={story} onLeave={leave} />
      )}
    </Panel>
  );
}

interface NoteProps {
  readonly matching: number;
  readonly waiting: number;
  readonly paused: boolean;
  readonly held: boolean;
  readonly skipped: number;
}

function Note({ matching, waiting, paused, held, skipped }: NoteProps): VNode {
  const parts = [
    matching > SHOWN ? `newest ${SHOWN} of ${count(matching)} rows` : `${count(matching)} rows, newest first`,
  ];
  if (paused) parts.push(`paused, ${count(waiting)} waiting`);
  else if (held) parts.push(`held while you are at a row, ${count(waiting)} waiting`);
  if (skipped > 0) parts.push(`${count(skipped)} came too fast to be shown`);
  return <>{parts.join(' · ')}</>;
}
