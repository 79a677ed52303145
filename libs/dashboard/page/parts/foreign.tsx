// How is text from outside shown? As text only, isolated so that its writing direction does not affect the rest of the page.
import type { VNode } from 'preact';
import { useData } from './dashboard-context.js';

interface ForeignProps {
  readonly text: string;
  readonly plain?: boolean;
  /** The whole text, where `text` is a short form of it. */
  readonly title?: string;
}

/** For names, addresses and payloads. Never renders markup. */
export function Foreign({ text, plain = false, title }: ForeignProps): VNode {
  return (
    <bdi class={plain ? 'foreign' : 'foreign code'} title={title}>
      {text}
    </bdi>
  );
}

/** Where something happened. Says nothing while only one node is known. */
export function Where({ nodeId }: { readonly nodeId: string | undefined }): VNode | null {
  const own = useData((state) => (state.nodes.length > 1 || state.known.length > 0 ? state.nodeId : undefined));
  const shown = nodeId ?? own;
  if (shown === undefined || shown === null) return null;
  return (
    <span class="second one-line">
      on <Foreign text={shown} title={shown} plain />
    </span>
  );
}

export function Who({ userId }: { readonly userId: string | null }): VNode {
  return userId === null ? <span class="faded whole">anonymous</span> : <Foreign text={userId} plain />;
}
