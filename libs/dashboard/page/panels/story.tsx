// What resulted from one message or bus event? Its bridge entries, their broadcasts, and the number of deliveries.
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { StreamRow } from '../../src/wire/feed.frames.js';
import { At } from '../parts/at.js';
import { Foreign, Where } from '../parts/foreign.js';
import { bytes, count } from '../state/format.js';
import { KIND_TITLES, type RowKind, rowText } from '../state/row-text.js';
import type { Story } from '../state/story.js';
import { type StoryStep, storyTree } from '../state/story-tree.js';
import { Payload } from './stream-rows.js';

interface StoryViewProps {
  readonly story: Story;
  readonly onLeave: () => void;
}

export function StoryView({ story, onLeave }: StoryViewProps): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [story.id]);
  const steps = storyTree(story.rows);
  return (
    <div class="story" onKeyDown={({ key }) => key === 'Escape' && onLeave()}>
      <div class="story-head">
        <h3 ref={heading} tabIndex={-1}>
          <Foreign text={title(story)} plain />
        </h3>
        <button type="button" onClick={onLeave}>
          Back to the stream
        </button>
      </div>
      <Steps steps={steps} start={steps[0]?.at ?? 0} />
    </div>
  );
}

function Steps({ steps, start }: { readonly steps: readonly StoryStep[]; readonly start: number }): VNode {
  return (
    <ol class="steps">
      {steps.map((step) => (
        <Step key={step.row.id} step={step} start={start} />
      ))}
    </ol>
  );
}

function Step({ step: { row, at, steps }, start }: { readonly step: StoryStep; readonly start: number }): VNode {
  const { subject, detail } = rowText(row);
  return (
    <li class="step" data-kind={row.kind}>
      <p class="step-head">
        <span class="kind" data-kind={row.kind}>
          {KIND_TITLES[row.kind]}
        </span>
        <span class="time">
          <At at={at} /> +{count(Math.max(0, at - start))} ms
        </span>
      </p>
      <p>
        <Foreign text={subject} />
      </p>
      {row.kind === 'broadcast' ? <p class="note">{bytes(row.payloadBytes)}</p> : <Foreign text={detail} plain />}
      <Where nodeId={row.nodeId} />
      <Payload json={row.payload} />
      {steps.length > 0 && <Steps steps={steps} start={start} />}
      {row.kind === 'broadcast' && <Deliveries count={row.deliveries} />}
    </li>
  );
}

function Deliveries({ count: deliveries }: { readonly count: number }): VNode {
  const connections = deliveries === 1 ? 'connection' : 'connections';
  return (
    <ol class="steps">
      <li class="step" data-kind="delivery">
        <p class="step-head">
          <span class="kind">Deliveries</span>
        </p>
        <p>To {deliveries === 0 ? 'no connection' : `${count(deliveries)} subscribed ${connections}`}.</p>
      </li>
    </ol>
  );
}

function title({ rows }: Story): string {
  const of = (wanted: RowKind): StreamRow | undefined => rows.find(({ kind }) => kind === wanted);
  const event = of('event') ?? of('message') ?? rows[0];
  return event === undefined ? 'This story has no rows' : `Story of ${rowText(event).subject}`;
}
