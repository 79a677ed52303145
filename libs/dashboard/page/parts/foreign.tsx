// How is text from outside shown? As text only, isolated so that its writing direction does not affect the rest of the page.
import type { VNode } from 'preact';

/** For names, addresses and payloads. Never renders markup. */
export function Foreign({ text, plain = false }: { readonly text: string; readonly plain?: boolean }): VNode {
  return <bdi class={plain ? 'foreign' : 'foreign code'}>{text}</bdi>;
}

export function Who({ userId }: { readonly userId: string | null }): VNode {
  return userId === null ? <span class="faded">anonymous</span> : <Foreign text={userId} plain />;
}
