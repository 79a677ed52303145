// Where does the way back to the application lead? Where the server says; an application without pages of its own has none.

/** The options of the dashboard allow paths and http URLs only. */
export function showHomeLink(): void {
  const link = document.querySelector<HTMLAnchorElement>('.home a');
  const to = link?.dataset.to;
  if (!link || !to) return;
  link.href = to;
  link.parentElement!.hidden = false;
}
