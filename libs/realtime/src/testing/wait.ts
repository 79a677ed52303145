// How does a test wait for something that may never come, without sleeping?

/** How long a wait may take. */
export interface WaitOptions {
  /** Milliseconds. Default: that of the client. */
  readonly timeout?: number;
}

/** An object with states and a listener for their changes, such as clients and channels of `@nestjs-realtime/client`. */
export interface Stateful<State extends string> {
  readonly status: { readonly state: State; readonly reason?: Error };
  onStatus(listener: () => void): () => void;
}

/**
 * Calls `look` now and whenever `watch` reports a change. Resolves with what it finds; rejects with what it throws.
 * @param missing describes what did not come before the timeout.
 */
export function waitFor<Found>(
  timeout: number,
  watch: (changed: () => void) => () => void,
  look: () => { readonly found: Found } | undefined,
  missing: () => string,
): Promise<Found> {
  return new Promise((resolve, reject) => {
    let off = (): void => undefined;
    let ended = false;
    const end = (settle: () => void): void => {
      ended = true;
      clearTimeout(timer);
      off();
      settle();
    };
    const changed = (): void => {
      if (ended) return;
      try {
        const seen = look();
        if (seen) end(() => resolve(seen.found));
      } catch (error) {
        end(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    };
    const timer = setTimeout(() => end(() => reject(new Error(`${missing()} within ${timeout} ms.`))), timeout);
    off = watch(changed);
    // `watch` may have called `changed` at once
    if (ended) off();
    else changed();
  });
}

/** Resolves once the state is reached, at once if it is reached already. */
export async function reached<State extends string>(
  subject: Stateful<State>,
  state: State,
  timeout: number,
  name: string,
): Promise<void> {
  await waitFor(
    timeout,
    (changed) => subject.onStatus(changed),
    () => (subject.status.state === state ? { found: true } : undefined),
    () => `${name} is ${stateOf(subject)}, and was not ${state}`,
  );
}

/** The state and, where there is one, the reason. */
export function stateOf({ status: { state, reason } }: Stateful<string>): string {
  return reason ? `${state} (${reason.message})` : state;
}
