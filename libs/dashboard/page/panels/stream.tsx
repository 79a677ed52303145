// What is happening right now? All rows, newest first; the reader may filter them, pause them or open a story.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useDashboard, useData } from '../parts/dashboard-context.js';
import { count } from '../state/format.js';
import { Panel } from '../parts/panel.js';
import type { RowKind } from '../state/row-text.js';
import { findStory, type Story } from '../state/story.js';
import { filterRows } from '../state/stream-filter.js';
import { StoryView } from './story.js';
import { type StreamReading, useStreamReading } from './stream-reading.js';
import { StreamRows } from './stream-rows.js';
import { StreamTools } from './stream-tools.js';

/** Most rows rendered at once: more cannot be read, and they are rendered up to four times a second. */
const SHOWN = 100;

export function StreamPanel(): VNode {
  const reading = useStreamReading(useData((state) => state.rows) ?? []);
  const [story, showStory] = useStory();
  const [kinds, setKinds] = useState<ReadonlySet<RowKind>>(new Set());
  const [text, setText] = useState('');
  const ownNode = useData((state) => state.nodeId) ?? '';

  const leave = (): void => {
    showStory(null);
    reading.onHold(false);
    document.getElementById('stream')?.focus();
  };

  if (story !== null) {
    return (
      <Panel id="stream" title="Stream">
        <StoryView story={story} onLeave={leave} />
      </Panel>
    );
  }
  const { shown, matching } = filterRows(reading.rows, { kinds, text, ownNode }, SHOWN);
  const { paused, onPaused } = reading;
  return (
    <Panel
      id="stream"
      title="Stream"
      note={<Note reading={reading} matching={matching} />}
      tools={<StreamTools {...{ kinds, text, paused, onPaused }} onKinds={setKinds} onText={setText} />}
    >
      <StreamRows
        rows={shown}
        onStory={(id) => showStory(findStory(id, [...reading.rows, ...reading.waiting]))}
        onHold={reading.onHold}
      />
    </Panel>
  );
}

/** The open story, and a function that opens or closes it. */
function useStory(): readonly [story: Story | null, show: (story: Story | null) => void] {
  const { link } = useDashboard();
  const story = useData((state) => state.story);
  const show = (shown: Story | null): void => {
    const { value } = link.data;
    if (value) link.data.set({ ...value, story: shown });
  };
  return [story, show];
}

interface NoteProps {
  readonly reading: StreamReading;
  /** Number of rows that pass the filter. */
  readonly matching: number;
}

function Note({ reading: { paused, held, waiting }, matching }: NoteProps): VNode {
  const skipped = useData((state) => state.skipped) ?? 0;
  const parts = [
    matching > SHOWN ? `newest ${SHOWN} of ${count(matching)} rows` : `${count(matching)} rows, newest first`,
  ];
  if (paused) parts.push(`paused, ${count(waiting.length)} waiting`);
  else if (held) parts.push(`held while you are at a row, ${count(waiting.length)} waiting`);
  if (skipped > 0) parts.push(`${count(skipped)} skipped, too many at once`);
  return <>{parts.join(' · ')}</>;
}
