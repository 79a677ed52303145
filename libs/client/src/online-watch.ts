// How does an application hear which users are online?
/// <reference lib="esnext.disposable" preserve="true" />
import type { Off } from './listeners.js';

/** Users whose coming and going one part of an application wants to hear of. `client.watch()` makes one. */
export interface OnlineWatch extends Disposable {
  /**
   * The users of this watch who are online, as far as this client may know. It stays the same until something changes, also while there
   * is no connection.
   */
  readonly online: ReadonlySet<string>;
  /**
   * Calls the listener with the users who are online, each time that they change.
   * @returns a function that removes the listener.
   */
  onOnline(listener: (online: ReadonlySet<string>) => void): Off;
  /** Ends the watch: `online` is empty, and its listeners are not called again. */
  unwatch(): void;
}
