// Is a silent line still alive? The server is asked before a line is given up: a timer that fires late proves nothing.

/** How long a line that was asked may stay silent, in milliseconds. */
const PATIENCE_MS = 4_000;

export interface Liveness {
  /** Something has come. */
  readonly heard: () => void;
  /** Asks now, such as after the machine has slept. */
  readonly look: () => void;
  readonly stop: () => void;
}

/**
 * @param ask sends what every server answers.
 * @param lost nothing has come in time.
 * @param silence milliseconds after which a line without a sign of life is lost.
 */
export function livenessOf(ask: (answered: () => void) => void, lost: () => void, silence: number): Liveness {
  const patience = Math.min(PATIENCE_MS, silence / 2);
  let heardAt = Date.now();
  let isAsking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function plan(act: () => void, delay: number): void {
    clearTimeout(timer);
    timer = setTimeout(act, delay);
  }
  function rest(): void {
    isAsking = false;
    const left = heardAt + silence - patience - Date.now();
    plan(left > 0 ? rest : look, left);
  }
  function look(): void {
    if (isAsking) return;
    isAsking = true;
    ask(rest);
    wait();
  }
  function wait(): void {
    const beganAt = Date.now();
    plan(() => {
      // What comes on a slow line is life, too.
      if (heardAt > beganAt) return wait();
      if (Date.now() - beganAt < 2 * patience) return lost();
      // The machine slept meanwhile, or the page was throttled.
      isAsking = false;
      look();
    }, patience);
  }

  rest();
  return {
    heard: () => {
      heardAt = Date.now();
    },
    look,
    stop: () => clearTimeout(timer),
  };
}
