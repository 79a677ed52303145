// Does the user come to the page, or leave it? Node and workers have no page, and say nothing.

type Watch = (act: 'addEventListener' | 'removeEventListener') => void;

/** Whether the page is in the background, where its timers are late. */
export function isHidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden';
}

/**
 * @param woken the network or the page is back. A page that goes into the background is no wake-up.
 * @param left the user goes elsewhere, and the page has heard of it. A browser keeps the page for the way back only if it has no open line.
 */
export function pageWatch(woken: () => void, left: () => void): Watch {
  let isLeaving = false;

  function wake({ type }: Event): void {
    if (type !== 'online' && isHidden()) return leave();
    isLeaving = false;
    woken();
  }
  function hide({ persisted }: PageTransitionEvent): void {
    isLeaving = persisted;
    if (isHidden()) leave();
  }
  /** The page may send last words when it hears of `pagehide`, and then of `visibilitychange`. */
  function leave(): void {
    if (isLeaving) left();
  }
  return (act) => {
    for (const event of ['online', 'pageshow', 'visibilitychange']) globalThis[act]?.(event, wake);
    globalThis[act]?.('pagehide', hide as (event: Event) => void);
  };
}
