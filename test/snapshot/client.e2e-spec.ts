// How do the client of the library, and that of the testing door, hear a state?
import { afterEach, describe, expect, it } from '@jest/globals';
import { connectTestClient } from 'nestjs-realtime/testing';
import { closeApps } from '../kit/boot.js';
import { bare, kept, SnapshotsApp } from './snapshots-app.js';

afterEach(closeApps);

describe.each([kept, bare])('the client', (channel) => {
  it('hears the state by its name, typed by the slot, before every other event', async () => {
    const states = await SnapshotsApp.start();
    const address = channel.with({ id: '1' });
    states.truth.of(address.name).push(1, 2);
    const client = await connectTestClient(states.app.nest, { auth: { token: 'ann' } });
    const board = client.channel(channel as typeof bare, { id: '1' });
    const lists: number[][] = [];
    board.on('snapshot', ({ list }) => lists.push(list));
    await board.ready();
    await states.app.broadcast(address, 'added', 3);
    expect((await board.next('snapshot')).list).toEqual([1, 2]);
    expect(await board.next('added')).toBe(3);
    expect(board.received.map(({ event }) => event)).toEqual(['snapshot', 'added']);
    expect(lists).toEqual([[1, 2]]);
  });

  it('gives a handle that comes later its state as well, and tells no other handle anything twice', async () => {
    const states = await SnapshotsApp.start();
    const { truth, app } = states;
    const address = channel.with({ id: '1' });
    const add = async (n: number): Promise<void> => {
      truth.of(address.name).push(n);
      await app.broadcast(address, 'added', n);
    };
    const client = await connectTestClient(app.nest, { auth: { token: 'ann' } });
    /** What a part of an application knows: the state, and what has come since. */
    const follow = () => {
      const heard: number[] = [];
      const known = { list: [] as number[], heard, states: 0, gaps: 0 };
      const board = client.channel(channel as typeof bare, { id: '1' });
      board.on('added', (n) => {
        heard.push(n);
        if (known.states > 0) known.list = [...known.list, n];
      });
      board.on('snapshot', ({ list }) => {
        known.states++;
        known.list = list;
      });
      board.onStatus((status) => status.state === 'subscribed' && status.gap && known.gaps++);
      return { board, known };
    };
    await add(0);
    const first = follow();
    await first.board.next('snapshot');
    const later = [];
    for (let n = 1; n <= 40; n++) {
      await add(n);
      if (n % 4 === 0) later.push(follow());
    }
    await Promise.all(later.map(({ board }) => board.next('snapshot')));
    await add(41);
    const all = Array.from({ length: 42 }, (_, n) => n);
    await first.board.ready();
    await client.channel(channel as typeof bare, { id: 'other' }).ready();
    expect(first.known).toEqual({ list: all, heard: all.slice(1), states: 1, gaps: 0 });
    for (const { known } of later) {
      expect({ ...known, heard: new Set(known.heard).size }).toEqual({
        ...{ list: all, states: 1, gaps: 0 },
        heard: known.heard.length,
      });
    }
    // Those that asked at once were answered at once.
    expect(truth.callsFor(address.name)).toBeLessThan(5);
    for (const { board } of later) {
      board.unsubscribe();
    }
    expect(first.board.status).toMatchObject({ state: 'subscribed' });
  });
});
