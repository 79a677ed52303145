// What is wrong with the method that supplies a snapshot, and how is it fixed?

export function missingSnapshotFault(channel: string, place: string): string {
  return `Channel "${channel}" (${place}) declares snapshot, but no method supplies it; put @Snapshot() on a method of a @RealtimeChannel class and list the class under providers, or take snapshot out of the channel.`;
}

export function unclaimedSnapshotFault(place: string, type: string): string {
  return `${place} has @Snapshot, but ${type} claims no channel; put @RealtimeChannel(descriptor) on the class.`;
}

export function undeclaredSnapshotFault(place: string, channel: string): string {
  return `${place} has @Snapshot, but channel "${channel}" declares no snapshot; add snapshot: Schema to the channel, or remove the method.`;
}

export function otherSnapshotFault(place: string, named: string, claimed: string): string {
  return `${place} supplies the snapshot of channel "${named}", but its class claims "${claimed}"; pass the descriptor of the class to @Snapshot, or move the method.`;
}

export function secondSnapshotFault(place: string, other: string, channel: string): string {
  return `${place} and ${other} both supply the snapshot of channel "${channel}"; a channel has one: remove one.`;
}

export function scopedSnapshotFault(place: string, why: string): string {
  return `${place} has @Snapshot, but ${why}; one answer serves all who subscribe within a second, so it belongs to no request: move the method to a class of the default scope, which may claim the same channel.`;
}

export function guardedSnapshotFault(place: string): string {
  return `${place} has @Snapshot and @UseGuards, but it is asked once for many, so no guard of the method runs; put the guard on the class, where gate 2 asks it.`;
}

export function parametersFault(place: string): string {
  return `${place} has @Snapshot and takes more than the channel; one answer serves all who subscribe within a second, so there is no user, no message and no second parameter.`;
}
