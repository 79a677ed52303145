// How does a state follow a channel? Loaded once, changed by events, and loaded again after a gap.
import type { Off } from '../listeners.js';
import { RealtimeError } from '../realtime-error.js';
import type { ChannelStore, ViewStatus } from './channel-store.js';

/**
 * A state, and whether it is up to date.
 * - `loading`: there is none yet.
 * - `live`: events change it.
 * - `stale`: there is one, and events may be missing in it: the channel is not subscribed, or the state is loaded again.
 * - `failed`: it could not be loaded, or the channel has ended; `error` says why. A state that was there is kept.
 */
export interface RealtimeState<State> {
  readonly status: 'loading' | 'live' | 'stale' | 'failed';
  readonly data: State | undefined;
  readonly error?: RealtimeError;
  /** Loads the state again; without `snapshot`, begins again with the newest `initial`. */
  reload(): void;
}

export interface StateSource<State> {
  readonly initial?: State | undefined;
  readonly snapshot?: ((request: { readonly signal: AbortSignal }) => Promise<State>) | undefined;
  readonly on: { readonly [event: string]: ((state: State, payload: never) => State) | undefined };
}

type Change<State> = (state: State) => State;

export class LoadedState<State> {
  current: RealtimeState<State>;
  readonly first: RealtimeState<State>;
  private changed: () => void = () => undefined;
  /** Changes that wait for the state; undefined while none is loaded. */
  private waiting?: Change<State>[] | undefined;
  private loading?: AbortController | undefined;
  private wasSubscribed = false;
  /** Whether events are missing in the state until it is loaded, also if the component goes away meanwhile. */
  private isOutdated = false;
  private seen?: ViewStatus;

  private readonly reload = (): void => {
    const { snapshot, initial } = this.source();
    if (this.seen?.state !== 'subscribed') return;
    if (snapshot) this.load();
    else if (initial !== undefined) this.become('live', initial);
  };

  /** @param source always the newest. */
  constructor(
    private readonly store: ChannelStore,
    initial: State | undefined,
    private readonly source: () => StateSource<State>,
  ) {
    this.first = this.current = {
      status: initial === undefined ? 'loading' : 'stale',
      data: initial,
      reload: this.reload,
    };
  }

  /** @param events names of the events that change the state. */
  follow(events: readonly string[], changed: () => void): Off {
    this.changed = changed;
    const heard = this.source().snapshot ? events : [...new Set([...events, 'snapshot'])];
    const offs = heard.map((event) => this.store.listen(event, (payload) => this.hear(event, payload as never)));
    offs.push(this.store.onStatus(this.look));
    this.look(this.store.view.status);
    return () => {
      for (const off of offs) off();
      this.stop();
      this.changed = () => undefined;
    };
  }

  private readonly look = (status: ViewStatus): void => {
    if (status === this.seen) return;
    this.seen = status;
    if (status.state === 'subscribed') return this.subscribed(status.gap);
    this.stop();
    const { data } = this.current;
    if (status.state === 'ended' && status.reason) this.become('failed', data, status.reason);
    else this.become(data === undefined ? 'loading' : 'stale', data);
  };

  private subscribed(gap: boolean): void {
    const { data } = this.current;
    const { snapshot } = this.source();
    if (gap) this.isOutdated = true;
    // A state from before the first subscription is whole only if the channel goes on from its position.
    const isWhole = !this.isOutdated && (this.wasSubscribed || this.store.hasSince || !snapshot);
    this.wasSubscribed = true;
    if (data !== undefined && isWhole) this.become('live', data);
    else if (snapshot) this.load();
    // Otherwise the channel sends its own snapshot, or the application calls `reload()`.
  }

  private hear(event: string, payload: never): void {
    const change = this.source().on[event];
    // The snapshot of the channel itself, where the application does not load one.
    if (event === 'snapshot' && !this.source().snapshot) this.become('live', payload);
    if (!change) return;
    const apply: Change<State> = (state) => change(state, payload);
    const { status, data } = this.current;
    if (this.waiting) this.waiting.push(apply);
    else if (data !== undefined) this.become(status, apply(data));
  }

  private load(): void {
    this.stop();
    const { signal } = (this.loading = new AbortController());
    this.isOutdated = true;
    const waiting: Change<State>[] = (this.waiting = []);
    const { data } = this.current;
    this.become(data === undefined ? 'loading' : 'stale', data);
    const settled = (settle: () => void): void => {
      if (signal.aborted) return;
      this.loading = this.waiting = undefined;
      settle();
    };
    const { snapshot } = this.source();
    Promise.resolve({ signal })
      .then(snapshot)
      .then(
        (loaded) =>
          settled(() =>
            this.become(
              'live',
              waiting.reduce((state, apply) => apply(state), loaded),
            ),
          ),
        (error: unknown) => settled(() => this.become('failed', this.current.data, errorOf(error))),
      );
  }

  private stop(): void {
    this.loading?.abort();
    this.loading = this.waiting = undefined;
  }

  private become(status: RealtimeState<State>['status'], data: State | undefined, error?: RealtimeError): void {
    if (status === 'live') this.isOutdated = false;
    this.current = { status, data, ...(error && { error }), reload: this.reload };
    this.changed();
  }
}

function errorOf(cause: unknown): RealtimeError {
  if (RealtimeError.is(cause)) return cause;
  return new RealtimeError('INTERNAL', 'The state could not be loaded.', { retryable: true, cause });
}
