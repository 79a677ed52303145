// What did the code under test broadcast? A broadcaster for use-case tests records it (docs/decisions/0001#where-each-line-lives).
import { AssertionError } from 'node:assert';
import { Injectable } from '@nestjs/common';
import type { AnyChannel, EventNameOf } from '@nestjs-realtime/contract';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import type { RecordedBroadcast } from '../broadcast/recorded-broadcast.js';
import { BroadcastQuery, type BroadcastTarget, listBroadcasts } from './broadcast-query.js';
import { StandaloneGate } from './standalone-gate.js';

type Assertion = 'assertBroadcast' | 'assertNotBroadcast' | 'assertNothingBroadcast';

/**
 * Checks broadcasts as gate 4 does and records them, but sends nothing. It needs no module and no registration: the first broadcast to a
 * channel registers it. The assertions throw an `AssertionError` of `node:assert`, which every test runner supports.
 *
 * @example
 * const realtime = new RecordingRealtimeBroadcaster();
 * await new ShipOrder(realtime).execute('42');
 * realtime.assertBroadcast(orderChannel.with({ orderId: '42' }), 'shipped', { by: 'ada' });
 */
@Injectable()
export class RecordingRealtimeBroadcaster extends IRealtimeBroadcaster {
  private readonly recorded: RecordedBroadcast[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private gate?: Promise<StandaloneGate>;

  constructor() {
    super();
  }

  /** All recorded broadcasts, in order. */
  get broadcasts(): readonly RecordedBroadcast[] {
    return this.recorded;
  }

  override broadcast(...call: unknown[]): Promise<void> {
    const [target, ...rest] = call;
    return this.record((gate) => gate.broadcast(target, ...rest));
  }

  override send(...call: unknown[]): Promise<void> {
    const [who, target, event, payload] = call;
    return this.record((gate) => gate.send(who, target, event, payload));
  }

  /** Resolves once every broadcast so far is recorded or refused; for code that does not await its broadcasts. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
  }

  /** Payloads broadcast to a channel, in order, as clients would receive them. */
  payloadsOf<Channel extends AnyChannel>(target: BroadcastTarget<Channel>, event?: EventNameOf<Channel>): unknown[] {
    return this.matching(new BroadcastQuery(target, event)).map(({ payload }) => payload);
  }

  /**
   * Requires at least one such broadcast. The payload is compared as it would be sent; objects may have more properties than expected, at
   * every depth. A descriptor with params means any of its channels.
   * @throws AssertionError that lists what was broadcast instead.
   */
  assertBroadcast<Channel extends AnyChannel>(
    target: BroadcastTarget<Channel>,
    event?: EventNameOf<Channel>,
    ...payload: [payload?: unknown]
  ): void {
    const query = new BroadcastQuery(target, event, ...payload);
    if (this.matching(query).length > 0) return;
    const instead =
      this.recorded.length === 0 ? 'Nothing was broadcast.' : `Broadcast instead:\n${listBroadcasts(this.recorded)}`;
    this.fail(`Expected a ${query.toString()}. ${instead}`, 'assertBroadcast');
  }

  /**
   * Requires that there was no such broadcast; without arguments, no broadcast at all.
   * @throws AssertionError that lists the broadcasts there were.
   */
  assertNotBroadcast<Channel extends AnyChannel>(
    target?: BroadcastTarget<Channel>,
    event?: EventNameOf<Channel>,
  ): void {
    this.assertNone(new BroadcastQuery(target, event), 'assertNotBroadcast');
  }

  /** @throws AssertionError that lists every broadcast. */
  assertNothingBroadcast(): void {
    this.assertNone(new BroadcastQuery(), 'assertNothingBroadcast');
  }

  /** Forgets everything recorded. */
  clear(): void {
    this.recorded.length = 0;
  }

  private record(pass: (gate: StandaloneGate) => Promise<void>): Promise<void> {
    this.gate ??= StandaloneGate.open((broadcast) => this.recorded.push(broadcast));
    const passed = this.gate.then(pass);
    this.underWay.add(passed);
    // A new promise, so that a fault of a broadcast that is not awaited is still an unhandled rejection.
    return passed.finally(() => this.underWay.delete(passed));
  }

  private matching<Channel extends AnyChannel>(query: BroadcastQuery<Channel>): RecordedBroadcast[] {
    return this.recorded.filter((broadcast) => query.matches(broadcast));
  }

  private assertNone<Channel extends AnyChannel>(query: BroadcastQuery<Channel>, assertion: Assertion): void {
    const found = this.matching(query);
    if (found.length > 0 || this.underWay.size > 0) {
      const were =
        found.length === 0
          ? 'There was none yet.'
          : `There ${found.length === 1 ? 'was 1' : `were ${found.length}`}:\n${listBroadcasts(found)}`;
      this.fail(`Expected no ${query.toString()}. ${were}`, assertion);
    }
  }

  private fail(message: string, assertion: Assertion): never {
    const waiting =
      this.underWay.size === 0
        ? ''
        : `\n${this.underWay.size} still under way: await the code under test, or settled().`;
    throw new AssertionError({
      message: message + waiting,
      operator: 'fail',
      stackStartFn: Reflect.get(this, assertion),
    });
  }
}
