// What does each panel have in common? A section whose heading links and screen readers can find, with its tools beside it.
import type { ComponentChildren, VNode } from 'preact';

interface PanelProps {
  /** The fragment of the URL that leads here. */
  readonly id: string;
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly tools?: ComponentChildren;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Panel({ id, title, note, tools, wide = false, children }: PanelProps): VNode {
  return (
    <section class={wide ? 'panel wide' : 'panel'} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {note !== undefined && <p class="note">{note}</p>}
        {tools !== undefined && <div class="tools">{tools}</div>}
      </div>
      {children}
    </section>
  );
}
