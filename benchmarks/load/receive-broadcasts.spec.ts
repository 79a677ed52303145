import { describe, expect, it } from '@jest/globals';
import { Crowd } from './crowd.js';
import type { RawClient } from './raw-client.js';
import { receiveBroadcasts } from './receive-broadcasts.js';
import { feedItem } from '../workload.js';

describe('receiveBroadcasts', () => {
  const reports: number[] = [];
  const members = [0, 1].map((index) => ({ index }) as RawClient);

  function crowdThatGets(deliveries: [member: number, seq: number][]): Promise<void> {
    reports.length = 0;
    const crowd = new Crowd();
    crowd.clients = members;
    const received = receiveBroadcasts(crowd, { first: 7, count: 2, step: 1 }, (received) => reports.push(received));
    for (const [member, seq] of deliveries) {
      const packet = Buffer.from(JSON.stringify(['tick', feedItem(seq)]));
      crowd.onEvent(members[member], packet, 0, packet.length);
    }
    return received;
  }

  it('resolves when every member has the whole series', async () => {
    await expect(
      crowdThatGets([
        [0, 7],
        [0, 8],
        [1, 7],
        [1, 8],
      ]),
    ).resolves.toBeUndefined();
    expect(reports).toEqual([0, 1, 2]);
  });

  it('fails when a broadcast is lost', async () => {
    await expect(
      crowdThatGets([
        [0, 7],
        [1, 8],
      ]),
    ).rejects.toThrow('Client 1 expected 7');
  });

  it('fails when a broadcast arrives twice', async () => {
    await expect(
      crowdThatGets([
        [0, 7],
        [0, 7],
      ]),
    ).rejects.toThrow('Client 0 expected 8');
  });

  it('fails when a client is disconnected', async () => {
    const crowd = new Crowd();
    crowd.clients = members;
    const received = receiveBroadcasts(crowd, { first: 7, count: 2, step: 1 }, (received) => reports.push(received));
    crowd.onFault(members[1], new Error('gone'));
    await expect(received).rejects.toThrow('Client 1: gone');
  });
});
