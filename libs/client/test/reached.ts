// How does a test wait for a state of a client or a channel? By listening, without a clock.
import type { Off, RealtimeError } from '../src/index.js';

interface Stateful<Status extends { state: string }> {
  readonly status: Status;
  onStatus(listener: (status: Status) => void): Off;
}

/** Resolves with the status, once the state is reached. */
export function reached<Status extends { state: string }, State extends Status['state']>(
  of: Stateful<Status>,
  state: State,
): Promise<Extract<Status, { state: State }>> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { status } = of;
      if (status.state !== state) return;
      off();
      resolve(status as Extract<Status, { state: State }>);
    };
    const off = of.onStatus(look);
    look();
  });
}

/** Why a client or a channel is in its state; undefined where the state has no reason. */
export function reasonOf({ status }: { readonly status: object }): RealtimeError | undefined {
  return (status as { reason?: RealtimeError }).reason;
}
