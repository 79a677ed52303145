// Which calls to the store have succeeded, and with how many changes? Counted where they are made.
import type { IRealtimePresenceStore } from '../broker/presence.store.js';
import type { MemberTally, StoreTally } from './presence.counts.js';

type Applying = Pick<IRealtimePresenceStore, 'apply' | 'setOnline'>;

/** The store, whose calls are added to the tally of their channel, or to that of users. */
export function countedStore(store: Applying, users: StoreTally, tallyOf: (channel: string) => StoreTally): Applying {
  return {
    apply: (channel, changes) => counted(store.apply(channel, changes), changes.length, tallyOf(channel)),
    setOnline: (changes) => counted(store.setOnline(changes), changes.length, users),
  };
}

/** A read of all members, added to the tally. */
export async function countedRead<Page>(read: Promise<Page>, tally: MemberTally): Promise<Page> {
  try {
    const page = await read;
    tally.reads++;
    return page;
  } catch (error) {
    tally.failedReads++;
    throw error;
  }
}

async function counted<Result>(call: Promise<Result>, changes: number, tally: StoreTally): Promise<Result> {
  try {
    const result = await call;
    tally.calls++;
    tally.changes += changes;
    return result;
  } catch (error) {
    tally.failedCalls++;
    tally.failedChanges += changes;
    throw error;
  }
}
