// How is a text shown that somebody else chose? As text, and its writing direction stays its own affair.
import type { VNode } from 'preact';

/** A name, an address, a payload: never markup. */
export function Foreign({ text, plain = false }: { readonly text: string; readonly plain?: boolean }): VNode {
  return <bdi class={plain ? 'foreign' : 'foreign code'}>{text}</bdi>;
}

export function Who({ userId }: { readonly userId: string | null }): VNode {
  return userId === null ? <span class="faded">anonymous</span> : <Foreign text={userId} plain />;
}
