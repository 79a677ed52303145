// What does a client hear whose state cannot be had, or that may no longer have it? A coded refusal, and never another's words.
import { ForbiddenException, ServiceUnavailableException } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IRealtimeConnections, IRealtimeHandlerRegistry, RealtimeException } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';
import { LogBook } from '../kit/log-book.js';
import { until } from '../kit/until.js';
import { Follower } from './follower.js';
import { type Kind, KINDS, late, SnapshotsApp, type Truth } from './snapshots-app.js';

let states: SnapshotsApp;
let app: TestApp;
let truth: Truth;
const log = new LogBook();
beforeAll(async () => {
  states = await SnapshotsApp.start({ requestTimeout: 2_000, logger: log });
  ({ app, truth } = states);
});
beforeEach(() => states.nextRoom());
afterEach(() => app.hangUp());
afterAll(closeApps);

const follower = async (kind: Kind, as = 'ann') => new Follower(await app.connect({ as }), states.target(kind).name);

describe.each(KINDS)('the state of a %s channel', (kind) => {
  it.each<[string, () => unknown]>([
    ['throws', () => { throw new Error('SECRET /etc/passwd'); }], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('SECRET /etc/passwd'))],
    ['throws a text', () => { throw 'SECRET'; }], // prettier-ignore
    ['denies, which is for guards to do', () => Promise.reject(new RealtimeException('FORBIDDEN'))],
    ['denies as over HTTP', () => Promise.reject(new ForbiddenException('SECRET'))],
    ['refuses with a code of its own', () => Promise.reject(new RealtimeException('SECRET_CODE'))],
    ['is of another form', () => ({ list: ['SECRET'] })],
    ['is nothing', () => undefined],
    ['cannot be read', () => ({ get list() { throw new Error('SECRET'); } })], // prettier-ignore
    ['has a number that JSON loses', () => ({ list: [NaN] })],
  ])('that %s is INTERNAL with a reference to the log, and no member', async (_how, supply) => {
    truth.supply = supply;
    const ann = await follower(kind);
    const reply = await ann.subscribe();
    expect(reply).toEqual({
      ok: false,
      error: { code: 'INTERNAL', message: expect.stringContaining('Reference: '), retryable: true },
    });
    await states.add(kind, 1);
    await ann.client.settle();
    expect(ann.heard).toEqual([]);
    expect(JSON.stringify(ann.client.events)).not.toContain('SECRET');
  });

  it.each<[string, unknown]>([
    ['a refusal', new RealtimeException('UNAVAILABLE', { message: 'The archive is away.' })],
    ['an exception of HTTP', new ServiceUnavailableException()],
  ])('may say by %s that what it needs is away', async (_how, error) => {
    truth.supply = () => Promise.reject(error);
    expect(await (await follower(kind)).subscribe()).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
  });

  it('that failed is asked for again by who subscribes a second later', async () => {
    truth.supply = () => Promise.reject(new Error('away'));
    const ann = await follower(kind);
    expect(await ann.subscribe()).toMatchObject({ ok: false });
    truth.supply = (read) => read;
    await until(() => ann.subscribe(), ({ ok }) => ok); // prettier-ignore
    await ann.client.settle();
    expect(ann.payloads).toEqual([{ list: [] }]);
    expect(truth.callsFor(ann.channel)).toBe(2);
  });

  it('that hangs is UNAVAILABLE in time for all who wait, and asked for again by who comes later', async () => {
    truth.supply = () => new Promise(() => undefined);
    const all = await Promise.all([follower(kind), follower(kind), follower(kind)]);
    for (const reply of await Promise.all(all.map((each) => each.subscribe()))) {
      expect(reply).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE', retryable: true } });
    }
    expect(truth.callsFor(all[0].channel)).toBe(1);
    truth.supply = (read) => read;
    await until(() => all[0].subscribe(), ({ ok }) => ok); // prettier-ignore
    expect(truth.callsFor(all[0].channel)).toBe(2);
  });

  it('is sent without what its schema does not declare', async () => {
    truth.supply = ({ list }) => ({ list, secret: 'SECRET' });
    const ann = await follower(kind);
    await ann.subscribe();
    await ann.client.settle();
    expect(ann.payloads).toEqual([{ list: [] }]);
  });

  it('is not given to a client that has lost the channel while it was read', async () => {
    const [asked, answer] = [new Latch(), new Latch()];
    truth.supply = async (read) => {
      asked.open();
      await answer.opened;
      return read;
    };
    const [ann, bob] = [await follower(kind), await follower(kind, 'bob')];
    const replies = [ann.subscribe()];
    await asked.opened;
    replies.push(bob.subscribe());
    await bob.client.settle();
    await app.nest.get(IRealtimeConnections).unsubscribe({ userId: 'ann' }, states.target(kind));
    answer.open();
    const [ofAnn, ofBob] = await Promise.all(replies);
    expect(ofAnn).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(ofBob).toMatchObject({ ok: true });
    await ann.client.settle();
    expect(ann.heard).toEqual([]);
  });

  it('leaves nothing behind of a client that ends while it is read', async () => {
    const [asked, answer] = [new Latch(), new Latch()];
    truth.supply = async (read) => {
      asked.open();
      await answer.opened;
      return read;
    };
    const ann = await follower(kind);
    void ann.subscribe();
    await asked.opened;
    await app.hangUp();
    answer.open();
    const bob = await follower(kind, 'bob');
    await bob.subscribe();
    const { subscriptions, holdings } = app.stats();
    // Its own channel, and this one.
    expect(subscriptions).toBe(2);
    expect(holdings.replays).toBe(0);
  });

  it('is asked for again where more was broadcast meanwhile than may be kept', async () => {
    truth.supply = async (read) => {
      truth.supply = (again) => again;
      for (let n = 0; n < 10_000; n++) await states.app.broadcast(states.target(kind), 'calm');
      return read;
    };
    const ann = await follower(kind);
    const reply = await ann.subscribe();
    await ann.client.settle();
    expect(truth.callsFor(ann.channel)).toBe(2);
    expect(ann.payloads).toEqual([{ list: [] }]);
    if (kind === 'kept') expect(reply.position?.offset).toBe(10_000);
  });
});

describe('a channel that was registered after the boot', () => {
  it('has no method that supplies its state, so each subscription is INTERNAL, and the log says what to do', async () => {
    app.nest.get(IRealtimeHandlerRegistry).registerChannel(late);
    const ann = await app.connect({ as: 'ann' });
    expect(await ann.subscribe('late')).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(log.lines.join('\n')).toContain('declares snapshot, but no method supplies it');
  });
});
