// How does a test wait for a state of a client or a channel? By listening, without a clock.
import type { Off } from '../src/index.js';

interface Stateful<Status extends { state: string }> {
  readonly state: Status['state'];
  onState(listener: (status: Status) => void): Off;
}

export function reached<Status extends { state: string }>(of: Stateful<Status>, state: Status['state']): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (of.state !== state) return;
      off();
      resolve();
    };
    const off = of.onState(look);
    look();
  });
}
