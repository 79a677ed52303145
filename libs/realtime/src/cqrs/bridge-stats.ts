// How much has the bridge forwarded?

/** One route of the bridge: names of bounded number, and counts of events since it was bound. */
export interface BridgeRouteStats {
  /** Name of the class of domain events. */
  readonly source: string;
  /** Name template of the channel. */
  readonly channel: string;
  readonly event: string;
  /** Broadcast to at least one channel. */
  readonly forwarded: number;
  /** The mapper gave null, or an empty list. */
  readonly skipped: number;
  /** Mapper or broadcast failed, or it would have been a loop. */
  readonly failed: number;
  /** Mapped or broadcast right now. Events that `afterCommit` holds are not among them. */
  readonly pending: number;
}
