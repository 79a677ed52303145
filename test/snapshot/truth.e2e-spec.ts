// Is state + stream the truth? Whatever is broadcast while clients come, leave and come back, and however long the state takes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Position } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { setImmediate } from 'node:timers/promises';
import { closeApps, type TestApp } from '../kit/boot.js';
import { Follower } from './follower.js';
import { KINDS, SnapshotsApp, type Truth } from './snapshots-app.js';

let states: SnapshotsApp;
let app: TestApp;
let truth: Truth;
beforeAll(async () => {
  states = await SnapshotsApp.start();
  ({ app, truth } = states);
});
beforeEach(() => states.nextRoom());
afterEach(() => app.hangUp());
afterAll(closeApps);

type Step =
  | { readonly kind: 'add'; readonly count: number }
  | { readonly kind: 'enter' }
  | { readonly kind: 'again'; readonly who: number; readonly recovers: boolean }
  | { readonly kind: 'turns'; readonly count: number }
  | { readonly kind: 'leave'; readonly who: number };

const count = fc.integer({ min: 1, max: 4 });
const who = fc.nat({ max: 9 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), count }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('enter' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('turns' as const), count }) },
    fc.record({ kind: fc.constant('again' as const), who, recovers: fc.boolean() }),
    fc.record({ kind: fc.constant('leave' as const), who }),
  ),
  { minLength: 3, maxLength: 25 },
);
/** In how many turns of the event loop each call of the method answers. */
const delays = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 5 });

describe.each(KINDS)('on a %s channel', (kind) => {
  it('state + stream is the truth for every client', async () => {
    await fc.assert(
      fc.asyncProperty(steps, delays, async (script, turns) => {
        states.nextRoom();
        let calls = 0;
        truth.supply = async (read) => {
          for (let left = turns[calls++ % turns.length]; left > 0; left--) await setImmediate();
          return read;
        };
        const run = new Run();
        for (const step of script) await run.step(step);
        await run.end();
        await app.hangUp();
      }),
      { numRuns: 60 },
    );
  });

  class Run {
    private readonly members: Follower[] = [];
    private readonly replies: Promise<unknown>[] = [];
    private readonly said: Promise<unknown>[] = [];
    private next = 0;

    async step(step: Step): Promise<void> {
      if (step.kind === 'add') {
        const numbers = Array.from({ length: step.count }, () => ++this.next);
        this.said.push(states.add(kind, ...numbers));
      } else if (step.kind === 'turns') {
        for (let left = step.count; left > 0; left--) await setImmediate();
      } else if (step.kind === 'enter') {
        await this.enter();
      } else if (this.members.length > 0) {
        const index = step.who % this.members.length;
        if (step.kind === 'leave') this.members.splice(index, 1)[0].client.close();
        else await this.again(index, step.recovers);
      }
    }

    async end(): Promise<void> {
      await Promise.all(this.said);
      await Promise.all(this.replies);
      const list = truth.of(states.target(kind).name);
      for (const member of this.members) {
        await member.client.settle();
        expect(member.heard[0]?.[0]).toBe('snapshot');
        expect(member.differenceFrom(list)).toEqual({ missing: [], strays: [] });
        // Behind a state, each event comes once, in order, and up to the last.
        const last = member.heard.map(([event]) => event).lastIndexOf('snapshot');
        const behind = member.heard.slice(last + 1).map(([, payload]) => payload as number);
        expect(behind).toEqual(list.slice(list.length - behind.length));
      }
    }

    /** One that leaves gets no reply. */
    private subscribe(member: Follower, position?: Position): void {
      this.replies.push(Promise.race([member.subscribe(position), member.client.closed]));
    }

    private async enter(): Promise<void> {
      const member = new Follower(await app.connect({ as: 'ann' }), states.target(kind).name);
      this.members.push(member);
      this.subscribe(member);
    }

    /** A client that knows its list and its position goes on from there on another connection. */
    private async again(index: number, recovers: boolean): Promise<void> {
      const before = this.members[index];
      await before.client.settle();
      const position: Position | undefined = recovers ? before.position : undefined;
      if (position === undefined) return this.subscribe(before);
      before.client.close();
      const member = new Follower(await app.connect({ as: 'ann' }), before.channel);
      Object.assign(member, { list: before.list, position, heard: [...before.heard] });
      this.members[index] = member;
      this.subscribe(member, position);
    }
  }
});
