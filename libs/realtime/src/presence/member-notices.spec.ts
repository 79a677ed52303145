import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PresenceFrame } from '@nestjs-realtime/contract';
import type { LiveConnection } from '../connections/live.connection.js';
import { MemberNotices } from './member-notices.js';
import { MergedMembers } from './merged-members.js';
import { PresenceCounts } from './presence.counts.js';

const entry = { connections: 1, since: 0, setAt: 0 };

describe('the notices of members', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('reach a client that the broadcasts do not reach yet, and count it among those that were told', () => {
    const members = new MergedMembers(() => 'n');
    const tally = new PresenceCounts().of('rooms.{id}');
    const notices = new MemberNotices({
      ...{ channel: 'rooms.1', members, tally, isForAll: true, maySee: () => true },
      server: { deliver: () => 2 },
      terms: { graceMs: 0, gatherMs: 10 },
    });
    const told: PresenceFrame[] = [];
    const announce = (_frame: string, body: PresenceFrame): unknown => told.push(body);
    const connection = { announce } as unknown as LiveConnection;
    const join = (userId: string): void => {
      members.setOwn({ userId, entry });
      notices.changed();
      jest.advanceTimersByTime(10);
    };
    notices.waits(connection);
    join('ann');
    expect(told.map(({ joined }) => joined.map(({ userId }) => userId))).toEqual([['ann']]);
    expect(tally).toMatchObject({ frames: 1, deliveries: 3 });
    notices.arrived(connection);
    join('bob');
    expect(told).toHaveLength(1);
    expect(tally).toMatchObject({ frames: 2, deliveries: 5 });
  });
});
