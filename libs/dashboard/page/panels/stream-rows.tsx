// What does a row of the stream look like?
import { Component, type VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { StreamRow } from '../../src/wire/feed.frames.js';
import { At } from '../parts/at.js';
import { Foreign, Where } from '../parts/foreign.js';
import { shownJson } from '../state/shown-json.js';
import { KIND_TITLES, rowText } from '../state/row-text.js';
import { useWholeRows } from './whole-rows.js';

interface StreamRowsProps {
  /** Newest first. */
  readonly rows: readonly StreamRow[];
  readonly onStory: (id: number) => void;
  /** Called with true when the pointer or the focus enters the rows, with false when it has left them. */
  readonly onHold: (hold: boolean) => void;
}

export function StreamRows({ rows, onStory, onHold }: StreamRowsProps): VNode {
  const list = useRef<HTMLDivElement>(null);
  // Rows are rendered once, but `onStory` changes: they call the latest one.
  const latest = useRef(onStory);
  latest.current = onStory;
  const open = useRef((id: number) => latest.current(id)).current;
  useWholeRows(list, rows);
  const has = (target: EventTarget | null): boolean => list.current?.contains(target as Node | null) ?? false;
  return (
    <div class="stream-frame">
      <div
        class="stream"
        role="group"
        aria-label="Rows of the stream"
        tabIndex={0}
        ref={list}
        onFocusIn={() => onHold(true)}
        onFocusOut={({ relatedTarget }) => !has(relatedTarget) && onHold(false)}
      >
        {rows.length === 0 && <p class="empty">No rows to show.</p>}
        <table role="table">
          <caption class="hidden-visually">Stream of events, newest first</caption>
          <Head />
          <tbody
            role="rowgroup"
            onPointerEnter={({ pointerType }) => pointerType === 'mouse' && onHold(true)}
            onPointerLeave={() => !has(document.activeElement) && onHold(false)}
          >
            {rows.map((row) => (
              <Row key={row.id} row={row} onStory={open} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Head(): VNode {
  return (
    <thead role="rowgroup" class="hidden-visually">
      <tr role="row">
        {['Time', 'Kind', 'What', 'Story'].map((title) => (
          <th key={title} scope="col" role="columnheader">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly row: StreamRow;
  readonly onStory: (id: number) => void;
}

/** A row never changes, so it is rendered once. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate({ row }: RowProps): boolean {
    return row !== this.props.row;
  }

  override render({ row, onStory }: RowProps): VNode {
    const { story } = row;
    const { subject, detail } = rowText(row);
    return (
      <tr
        role="row"
        class={story === null ? undefined : 'has-story'}
        data-kind={row.kind}
        onClick={({ target }) => {
          const own = target instanceof Element && target.closest('button, summary, pre') !== null;
          if (story !== null && !own) onStory(story);
        }}
      >
        <td role="cell" class="time">
          <At at={row.at} />
        </td>
        <td role="cell" class="kind-cell">
          <span class="kind" data-kind={row.kind}>
            {KIND_TITLES[row.kind]}
          </span>
        </td>
        <td role="cell">
          <Foreign text={subject} />{' '}
          <span class="detail">
            <Foreign text={detail} plain />
          </span>
          <Where nodeId={row.nodeId} />
          <Payload json={row.payload} />
        </td>
        <td role="cell" class="action">
          {story !== null && (
            <button type="button" class="quiet small" onClick={() => onStory(story)}>
              Trace<span class="hidden-visually"> {subject}</span>
            </button>
          )}
        </td>
      </tr>
    );
  }
}

export function Payload({ json }: { readonly json: string | undefined }): VNode | null {
  if (json === undefined) return null;
  return (
    <details class="payload">
      <summary>payload</summary>
      <pre tabIndex={0}>{shownJson(json)}</pre>
    </details>
  );
}
