// Is who is here right on every node, while users have tabs on several, nodes die or are replaced, and Redis forgets? Processes on one Redis.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Member } from '@nestjs-realtime/contract';
import { Timetable } from '../failures/timetable.js';
import { until } from '../kit/until.js';
import { PresentNodes } from './present-nodes.js';

const SHORT = 500;
/** Longer than any test, so that what happens sooner happens at once. */
const LONG = 600_000;

const times = new Timetable();

describe('three nodes', () => {
  let nodes: PresentNodes;
  afterEach(() => nodes.stop());
  afterAll(() => times.print());

  /** The edges that all nodes were told of, as `+ann` and `-bob`, in the order of the users. */
  const edges = () => nodes.edges();

  describe('with a short grace', () => {
    beforeEach(async () => void (nodes = await PresentNodes.start(SHORT)));

    it('have one member for a user in tabs on all of them, until the last tab is closed', async () => {
      const bob = await nodes.enter('bob', 1);
      const tabs = [];
      for (const node of [0, 1, 2]) {
        tabs.push(await nodes.enter('ann', node));
        await nodes.agree(['ann', 'bob']);
      }
      expect(await edges()).toEqual(['+ann', '+bob']);
      for (const node of [0, 1, 2]) {
        const [members, count] = await Promise.all([nodes.members(node), nodes.count(node)]);
        expect(members.map(({ userId, data }: Member) => [userId, data]).sort()).toEqual([
          ['ann', { name: 'ANN' }],
          ['bob', { name: 'BOB' }],
        ]);
        expect(count).toBe(2);
        expect(await nodes.isOnline('ann', node)).toBe(true);
      }
      nodes.leave(tabs[0]);
      nodes.leave(tabs[1]);
      const dora = await nodes.enter('dora', 2);
      await nodes.agree(['ann', 'bob', 'dora']);
      nodes.leave(dora);
      await nodes.agree(['ann', 'bob']);
      expect(bob.told.filter((told) => told.endsWith('ann'))).toEqual(['+ann']);
      nodes.leave(tabs[2]);
      await nodes.agree(['bob']);
      expect(bob.told.filter((told) => told.endsWith('ann'))).toEqual(['+ann', '-ann']);
      await until(edges, (all) => all.length === 5);
      expect(await edges()).toEqual(['+ann', '+bob', '+dora', '-ann', '-dora']);
      await until(
        () => nodes.isOnline('ann', 0),
        (isOnline) => !isOnline,
      );
    });

    it('take out who was only on a node that was killed, and no user who is elsewhere', async () => {
      const watchers = [await nodes.enter('wanda', 1), await nodes.enter('will', 2)];
      const doomed = await Promise.all(['ann', 'ben', 'cy'].map((userId) => nodes.enter(userId, 0)));
      await nodes.agree(['ann', 'ben', 'cy', 'wanda', 'will']);
      await nodes.enter('ben', 1);
      await nodes.agree(['ann', 'ben', 'cy', 'wanda', 'will']);
      await nodes.sound();
      for (const { diffs } of watchers) diffs.length = 0;
      const clock = times.start('node killed');
      await nodes.kill(0);
      for (const book of doomed) nodes.leave(book);
      await nodes.enter('cy', 2);
      await nodes.agree(['ben', 'cy', 'wanda', 'will']);
      clock.mark('members who were only there have left everywhere');
      await until(edges, (all) => all.includes('-ann'));
      await nodes.swept();
      expect(watchers.map(({ told }) => told)).toEqual([['-ann'], ['-ann']]);
      expect((await edges()).filter((edge) => edge.startsWith('-'))).toEqual(['-ann']);
    });

    it.each(['with its file', 'empty'])(
      'tell no client that users have left who are here while Redis is killed and comes back %s',
      async (how) => {
        const books = [await nodes.enter('ann', 0), await nodes.enter('bob', 1), await nodes.enter('cy', 2)];
        const tabs = [await nodes.enter('tim', 1)];
        await nodes.agree(['ann', 'bob', 'cy', 'tim']);
        tabs.push(await nodes.enter('tim', 2));
        await nodes.agree(['ann', 'bob', 'cy', 'tim']);
        for (const { diffs } of [...books, ...tabs]) diffs.length = 0;
        const [ann] = books;
        const enterYan = async (): Promise<void> => {
          await nodes.enter('yan', 0);
          // Behind everything that the client was told before.
          await until(
            () => ann.userIds,
            (userIds) => userIds.includes('yan'),
          );
        };
        if (how === 'empty') await nodes.forget(enterYan);
        else await nodes.crash().then(enterYan);
        await nodes.healthy();
        await nodes.enter('zoe', 1);
        await nodes.agree(['ann', 'bob', 'cy', 'tim', 'yan', 'zoe']);
        await nodes.sound();
        for (const tab of tabs) nodes.leave(tab);
        await nodes.agree(['ann', 'bob', 'cy', 'yan', 'zoe']);
        expect(books.map(({ told }) => told.sort())).toEqual(Array(3).fill(['+yan', '+zoe', '-tim']));
        expect((await edges()).filter((edge) => edge.startsWith('-'))).toEqual(['-tim']);
      },
    );
  });

  it('take out who was on a node that has died while Redis forgot everything', async () => {
    nodes = await PresentNodes.start(SHORT);
    await nodes.enter('ann', 0);
    await nodes.enter('bob', 1);
    const cy = await nodes.enter('cy', 2);
    await nodes.agree(['ann', 'bob', 'cy']);
    await nodes.kill(2);
    nodes.leave(cy);
    await nodes.forget(() => Promise.resolve());
    await nodes.agree(['ann', 'bob']);
  });

  it('make no diff while all are replaced, one after another, and clients come back elsewhere', async () => {
    nodes = await PresentNodes.start(8_000);
    const users = ['ann', 'bob', 'cy', 'dora', 'eve', 'finn'];
    const books = await Promise.all(users.map((userId, nth) => nodes.enter(userId, nth % 3)));
    await nodes.agree(users);
    for (const { diffs } of books) diffs.length = 0;
    const stay = books.map((book, nth) => nodes.stay(book, users[nth]));
    for (const nth of [0, 1, 2]) await nodes.replace(nth);
    await nodes.agree(users);
    await nodes.swept();
    await nodes.agree(users);
    expect(nodes.told).toEqual([]);
    expect(await edges()).toEqual(users.map((userId) => `+${userId}`));
    await nodes.leaveAll();
    await Promise.all(stay);
  });

  it('say at once that a user has left who was banned, whatever the grace', async () => {
    nodes = await PresentNodes.start(LONG);
    const watchers = await Promise.all(['wanda', 'wes', 'will'].map((userId, nth) => nodes.enter(userId, nth)));
    const lost = await nodes.enter('lee', 0);
    const tabs = [await nodes.enter('ann', 0)];
    await nodes.agree(['ann', 'lee', 'wanda', 'wes', 'will']);
    tabs.push(await nodes.enter('ann', 1));
    await nodes.agree(['ann', 'lee', 'wanda', 'wes', 'will']);
    for (const { diffs } of watchers) diffs.length = 0;
    for (const tab of tabs) nodes.books.delete(tab);
    nodes.leave(lost);
    expect((await nodes.all[2].control('/ban', { userId: 'ann' })).status).toBe(200);
    expect((await nodes.all[2].control('/ban', { userId: 'lee' })).status).toBe(200);
    await nodes.agree(['wanda', 'wes', 'will']);
    expect(watchers.map(({ told }) => [...told].sort())).toEqual(Array(3).fill(['-ann', '-lee']));
    await until(edges, (all) => all.length === 7);
    expect(await edges()).toEqual(['+ann', '+lee', '+wanda', '+wes', '+will', '-ann', '-lee']);
  });
});
