// What has to hear that a connection leaves a channel with presence? One object for all such channels of the connection.

/** No method throws. */
export interface HeldPresence {
  /** The subscription has ended. `isLost`: no right was taken back and the client did not leave, so its user may come back. */
  left(channel: string, isLost: boolean): void;
  /** The connection has ended, and with it all subscriptions. */
  ended(isLost: boolean): void;
  /** Broadcasts of the channel do not reach the connection until `arrived`. */
  waits(channel: string): void;
  arrived(channel: string): void;
  /** The rights of the connection are checked: asks again whether it may know members. Resolves within the time, and never rejects. */
  recheck(milliseconds: number): Promise<void>;
}
