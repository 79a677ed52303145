import { beforeEach, describe, expect, it } from '@jest/globals';
import { chat } from './chat.js';
import { Crowd } from './crowd.js';
import { DIALECTS } from './dialects.js';
import type { RawClient } from './raw-client.js';
import { feedItem } from '../workload.js';

describe('chat', () => {
  let crowd: Crowd;
  let clients: RawClient[];
  let sent: string[];

  beforeEach(() => {
    crowd = new Crowd();
    sent = [];
    clients = [0, 1].map((index) => ({ index, send: (packet: string) => void sent.push(packet) }) as RawClient);
    crowd.clients = clients;
  });

  const hear = (member: number, seq: number): void => {
    const packet = Buffer.from(JSON.stringify(['tick', feedItem(seq)]));
    crowd.onEvent(clients[member], packet, 0, packet.length);
  };
  const acknowledge = (sender: number, seq: number): void => {
    const reply = Buffer.from('[{"ok":true}]');
    crowd.onAcknowledgement(clients[sender], seq, reply, 0, reply.length);
  };
  const start = (): Promise<unknown> =>
    chat(crowd, DIALECTS.plain, { first: 4, senders: 2, perSender: 1, outstanding: 1 });

  it('resolves when every message is acknowledged and every member has received it', async () => {
    const done = start();
    expect(sent).toHaveLength(2);
    for (const member of [0, 1]) for (const seq of [5, 4]) hear(member, seq);
    acknowledge(0, 4);
    acknowledge(1, 5);
    await expect(done).resolves.toEqual({ checksum: 9 });
  });

  it('fails when members receive different orders', async () => {
    const done = start();
    acknowledge(0, 4);
    acknowledge(1, 5);
    for (const seq of [4, 5]) hear(0, seq);
    for (const seq of [5, 4]) hear(1, seq);
    await expect(done).rejects.toThrow('different orders');
  });

  it('fails when a member receives a message twice', async () => {
    const done = start();
    for (const seq of [4, 4]) hear(0, seq);
    await expect(done).rejects.toThrow('Client 0 did not expect');
  });

  it('fails when a message is acknowledged to another sender', async () => {
    const done = start();
    acknowledge(1, 4);
    await expect(done).rejects.toThrow('Client 1, message 4');
  });
});
