import { afterEach, describe, expect, it } from '@jest/globals';
import type { ModuleMetadata } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { defineRealtimeChannel, RealtimeException, RealtimeFault, RealtimeModule } from 'nestjs-realtime';
import { LiveConnection, RealtimeRequest } from 'nestjs-realtime/adapters';
import {
  type BridgeEntry,
  forward,
  REALTIME_EVENT,
  RealtimeCqrsModule,
  type RealtimeCqrsOptions,
} from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';

const news = defineRealtimeChannel({ name: 'news', scope: 'public', events: { flash: z.object({ n: z.number() }) } });
const mute = defineRealtimeChannel({ name: 'mute', scope: 'public' });
const stranger = defineRealtimeChannel({ name: 'strange.{id}', scope: 'public', payload: z.object({}) });

class Happened {}
class BroadcastAudited {
  static readonly [REALTIME_EVENT] = true;
}
class BroadcastPraised extends BroadcastAudited {}

const flash = forward(Happened).to(news, 'flash', () => ({ payload: { n: 1 } }));
/** Entries as a caller without our types could write them. */
const loose = forward as unknown as (source: unknown) => BridgeEntry & { to(...args: unknown[]): BridgeEntry };

afterEach(closeApps);

describe('the boot of an application with a bridge', () => {
  const faultOf = async (module: ModuleMetadata): Promise<string> =>
    boot(module).then(
      () => 'no fault',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  const withRoot = (options: RealtimeCqrsOptions, ...more: NonNullable<ModuleMetadata['imports']>) =>
    faultOf({
      imports: [
        CqrsModule.forRoot(),
        RealtimeModule.forRoot(),
        RealtimeModule.forFeature([news, mute]),
        RealtimeCqrsModule.forRoot(options),
        ...more,
      ],
    });
  const HEADING = 'RealtimeFault: The realtime bridge is invalid:\n  - ';

  it('succeeds with entries from the root and from features, in order', async () => {
    class Other {}
    const other = forward(Other).to(news, 'flash', () => null);
    expect(await withRoot({ allowlist: [flash] }, RealtimeCqrsModule.forFeature([other]))).toBe('no fault');
  });

  it.each([
    [
      'two entries for the same pair',
      [flash, forward(Happened).to(news, 'flash', () => null)],
      'forward(Happened).to("news", "flash") stands there twice, so that clients would hear of each event twice; remove one.',
    ],
    [
      'a channel that is not registered',
      [forward(Happened).to(stranger, 'message', () => null)],
      'forward(Happened).to("strange.{id}", "message"): channel "strange.{id}" is not registered; add it to RealtimeModule.forFeature([...]) or provide its @RealtimeChannel class.',
    ],
    [
      'an event that the channel does not declare',
      [loose(Happened).to(news, 'flush', () => null)],
      `forward(Happened).to("news", "flush"): channel "news" declares no event "flush"; add it to the channel's events (flash) or fix the name.`,
    ],
    [
      'an event of a channel that declares none',
      [loose(Happened).to(mute, 'constructor', () => null)],
      `forward(Happened).to("mute", "constructor"): channel "mute" declares no event "constructor"; add it to the channel's events (none so far) or fix the name.`,
    ],
    [
      'a missing mapper',
      [loose(Happened).to(news, 'flash')],
      'forward(Happened).to("news", "flash") has no mapper; give it one that picks what clients may know: (event) => ({ payload: { ... } }).',
    ],
    [
      'an event class that an import cycle has left undefined',
      [loose(undefined).to(news, 'flash', () => null)],
      'forward(undefined) names no event class; if you gave one, an import cycle has left it undefined.',
    ],
    [
      'a channel that an import cycle has left undefined',
      [loose(Happened).to(undefined, 'flash', () => null)],
      'forward(Happened).to("undefined", "flash") names a channel that was not made by defineRealtimeChannel(); if you gave one, an import cycle has left it undefined.',
    ],
    [
      'an entry that an import cycle has left undefined',
      [undefined as never],
      'An entry of the allowlist was not made by forward(); if it was, an import cycle has left it undefined.',
    ],
    [
      'an entry that leads nowhere',
      [loose(Happened)],
      "forward(Happened) leads nowhere; add .to(channel, 'event', mapper).",
    ],
    [
      'an entry that takes every event',
      [forward(Object).to(news, 'flash', () => null)],
      'forward(Object) would take every event there is; name a class of domain events.',
    ],
  ])('fails for %s', async (_title, allowlist, fault) => {
    expect(await withRoot({ allowlist })).toBe(HEADING + fault);
  });

  it.each([BroadcastAudited, BroadcastPraised, LiveConnection, RealtimeRequest, RealtimeException, RealtimeFault])(
    "fails for an entry that reacts to realtime's own events: %p",
    async (own) => {
      expect(await withRoot({ allowlist: [loose(own).to(news, 'flash', () => null)] })).toBe(
        `${HEADING}forward(${own.name}) reacts to realtime's own events, so that each broadcast would lead to the next; forward a domain event, or listen to RealtimeHooks.`,
      );
    },
  );

  it('reports all faults in one message, also those of features', async () => {
    const undeclared = loose(Happened).to(news, 'flush');
    const fault = await withRoot(
      { allowlist: [flash], mapperTimeout: 0 },
      RealtimeCqrsModule.forFeature([flash, undeclared]),
    );
    expect(fault.split('\n')).toEqual([
      'RealtimeFault: The realtime bridge is invalid:',
      expect.stringContaining('declares no event "flush"'),
      expect.stringContaining('forward(Happened).to("news", "flush") has no mapper'),
      expect.stringContaining('forward(Happened).to("news", "flash") stands there twice'),
      expect.stringContaining('mapperTimeout is 0; give it 1'),
    ]);
  });

  it('fails for an afterCommit that is no function', async () => {
    expect(await withRoot({ afterCommit: true as never })).toContain('afterCommit is no function');
  });

  it('fails for entries of a feature where the root has no bridge', async () => {
    const imports = [CqrsModule.forRoot(), RealtimeModule.forRoot(), RealtimeCqrsModule.forFeature([flash])];
    expect(await faultOf({ imports })).toBe(
      'RealtimeFault: RealtimeCqrsModule.forFeature() has entries, but no bridge forwards them; add RealtimeCqrsModule.forRoot() to the imports of the root module.',
    );
  });

  it('fails where the root has two bridges', async () => {
    expect(await withRoot({ allowlist: [flash] }, RealtimeCqrsModule.forRoot())).toBe(
      'RealtimeFault: RealtimeCqrsModule.forRoot() is imported twice, so that each event would be forwarded twice; import it once, and use forFeature() elsewhere.',
    );
  });
});
