// Which rows are shown, and are new ones added?
import type { VNode } from 'preact';
import { FilterBox } from '../parts/filter-box.js';
import { KIND_TITLES, KINDS, type RowKind } from '../state/row-text.js';

interface StreamToolsProps {
  readonly kinds: ReadonlySet<RowKind>;
  readonly onKinds: (kinds: ReadonlySet<RowKind>) => void;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly paused: boolean;
  readonly onPaused: (paused: boolean) => void;
}

export function StreamTools({ kinds, onKinds, text, onText, paused, onPaused }: StreamToolsProps): VNode {
  const toggle = (kind: RowKind): void => {
    const next = new Set(kinds);
    if (!next.delete(kind)) next.add(kind);
    onKinds(next);
  };
  return (
    <>
      <FilterBox label="Filter the stream" value={text} onChange={onText} />
      <button type="button" class="quiet" aria-pressed={paused} onClick={() => onPaused(!paused)}>
        {paused ? 'Resume' : 'Pause'}
      </button>
      <div class="kinds" role="group" aria-label="Kinds of rows; choose none to show all">
        {KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            class="quiet small kind"
            data-kind={kind}
            aria-pressed={kinds.has(kind)}
            onClick={() => toggle(kind)}
          >
            {KIND_TITLES[kind]}
          </button>
        ))}
      </div>
    </>
  );
}
