// When did it happen?
import type { VNode } from 'preact';
import { clock, since } from '../state/format.js';

/** Time of day with milliseconds. */
export function At({ at }: { readonly at: number }): VNode {
  return <time dateTime={iso(at)}>{clock(at, true)}</time>;
}

export function Since({ at }: { readonly at: number }): VNode {
  return <time dateTime={iso(at)}>{since(at, Date.now())}</time>;
}

/** Undefined for an invalid time, because `toISOString` would throw and break the page. */
function iso(at: number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
