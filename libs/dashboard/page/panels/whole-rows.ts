// How high is the list, so that its last row is not cut? As high as the rows that fit into its frame.
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** Measures again for every list of `rows`. The frame keeps its height, so that the page does not move. */
export function useWholeRows(list: RefObject<HTMLElement | null>, rows: readonly unknown[]): void {
  useLayoutEffect(() => {
    const element = list.current!;
    const fit = (): void => setHeight(element);
    fit();
    const resized = new ResizeObserver(fit);
    resized.observe(element.parentElement!);
    return () => resized.disconnect();
  }, [list, rows]);
}

function setHeight(element: HTMLElement): void {
  const frame = element.parentElement!.clientHeight;
  const rows = element.querySelector('table')?.tBodies[0].rows ?? [];
  const wanted = `${wholeRowsIn(frame, rows) || frame}px`;
  if (element.style.height !== wanted) element.style.height = wanted;
}

/** The lower end of the last row that fits, from the first one on; 0 if all rows fit, or none: a row that is higher than the frame scrolls. */
function wholeRowsIn(frame: number, rows: Iterable<HTMLElement>): number {
  let first: number | null = null;
  let end = 0;
  for (const row of rows) {
    const { top, bottom } = row.getBoundingClientRect();
    first ??= top;
    if (bottom - first > frame) return end;
    end = bottom - first;
  }
  return 0;
}
