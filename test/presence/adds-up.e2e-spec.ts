// Do the members of an answer, with each diff folded onto them, give the members at any time, for every client?
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { closeApps } from '../kit/boot.js';
import { until } from '../kit/until.js';
import { MemberBook } from './member-book.js';
import { bootPresence, type PresenceApp, room } from './presence-app.js';

const USERS = ['ann', 'bob', 'carl', '__proto__'];
let node: PresenceApp;
beforeAll(async () => void (node = await bootPresence({ presenceGrace: 20 })));
afterAll(closeApps);

const step = fc.record({
  do: fc.constantFrom('enter', 'enter', 'again', 'data', 'unsubscribe', 'close', 'settle'),
  userId: fc.constantFrom(...USERS),
  mood: fc.constantFrom('busy', 'free'),
});

const shown = (members: Iterable<{ userId: string; data?: unknown }>): string =>
  JSON.stringify([...members].map(({ userId, data }) => [userId, data]).sort());

let rooms = 0;

it('gives them, whatever users and connections come, change and go', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const target = room.with({ roomId: `r${++rooms}` });
      const observer = new MemberBook(await node.app.connect({ as: 'eve' }), target.name);
      await observer.subscribe();
      const books: MemberBook[] = [];
      for (const one of steps) {
        const own = books.findLast(({ client }) => client.user === one.userId);
        if (one.do === 'enter') {
          const client = await node.app.connect({ as: one.userId });
          books.push(new MemberBook(Object.assign(client, { user: one.userId }), target.name));
          await books.at(-1)!.subscribe();
        } else if (one.do === 'settle') await observer.client.settle();
        else if (own === undefined) continue;
        else if (one.do === 'again') await own.subscribe();
        else if (one.do === 'data') await own.client.send(target.name, 'presence', { mood: one.mood });
        else if (one.do === 'unsubscribe') await own.leave();
        else {
          own.client.close();
          books.splice(books.indexOf(own), 1);
        }
      }
      const here = ['eve', ...books.filter(({ isSubscribed }) => isSubscribed).map(({ client }) => client.user!)];
      const expected = [...new Set(here)].sort().join();
      for (const book of [observer, ...books.filter(({ isSubscribed }) => isSubscribed)]) {
        await until(
          () => book.userIds.join(),
          (found) => found === expected,
        );
        await until(
          async () => shown(book.members) === shown(await node.presence.members(target)),
          (isSame) => isSame,
        );
      }
      await node.app.hangUp();
    }),
    { numRuns: 30, endOnFailure: true },
  );
  expect(node.app.stats().connections).toBe(0);
});
