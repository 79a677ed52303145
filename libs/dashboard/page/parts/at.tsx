// When was it?
import type { VNode } from 'preact';
import { clock, since } from '../state/format.js';

/** Time of the day to the millisecond. */
export function At({ at }: { readonly at: number }): VNode {
  return <time dateTime={iso(at)}>{clock(at, true)}</time>;
}

export function Since({ at }: { readonly at: number }): VNode {
  return <time dateTime={iso(at)}>{since(at, Date.now())}</time>;
}

/** A time that is none is no reason to show nothing at all. */
function iso(at: number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
