import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { WatchTable } from './watch-table.js';

/** A connection that confirms when the test says so. */
class SlowLink {
  readonly commands: string[] = [];
  private readonly open: (() => void)[] = [];

  subscribe(topics: readonly string[]): Promise<void> {
    this.commands.push(`+${topics.length === 1 ? topics[0] : topics.length}`);
    return new Promise((resolve) => this.open.push(resolve));
  }

  async unsubscribe(topics: readonly string[]): Promise<void> {
    this.commands.push(`-${topics.join()}`);
  }

  async confirm(count = 1): Promise<void> {
    for (const resolve of this.open.splice(0, count)) resolve();
    await setImmediate();
  }
}

async function live(): Promise<{ link: SlowLink; table: WatchTable; failures: string[] }> {
  const link = new SlowLink();
  const failures: string[] = [];
  const table = new WatchTable(link, (reason) => failures.push(reason));
  await table.restore();
  return { link, table, failures };
}

function stateOf(promise: Promise<void>): { now: string } {
  const state = { now: 'waits' };
  promise.then(
    () => (state.now = 'watched'),
    (error: { code: string }) => (state.now = error.code),
  );
  return state;
}

describe('the table of what a node watches', () => {
  it('asks once a turn for all topics, in commands of at most 512', async () => {
    const { link, table } = await live();
    const states = Array.from({ length: 1_100 }, (_, n) => stateOf(table.watch(`t:${n}`, `${n}`)));
    await setImmediate();
    expect(link.commands).toEqual(['+512', '+512', '+76']);
    await link.confirm(3);
    expect(new Set(states.map(({ now }) => now))).toEqual(new Set(['watched']));
  });

  it('resolves a watch when its topic is confirmed, for all that wait', async () => {
    const { link, table } = await live();
    const states = [stateOf(table.watch('t:a', 'a')), stateOf(table.watch('t:a', 'a'))];
    await setImmediate();
    expect(states.map(({ now }) => now)).toEqual(['waits', 'waits']);
    await link.confirm();
    expect(states.map(({ now }) => now)).toEqual(['watched', 'watched']);
    expect(link.commands).toEqual(['+t:a']);
  });

  it('waits for the later command where a topic was given up and is wanted again', async () => {
    const { link, table } = await live();
    const first = stateOf(table.watch('t:a', 'a'));
    await setImmediate();
    table.unwatch('t:a');
    await setImmediate();
    const second = stateOf(table.watch('t:a', 'a'));
    await setImmediate();
    expect(link.commands).toEqual(['+t:a', '-t:a', '+t:a']);
    await link.confirm();
    expect([first.now, second.now]).toEqual(['UNAVAILABLE', 'waits']);
    await link.confirm();
    expect(second.now).toBe('watched');
  });

  it('sends nothing for a topic that is given up and wanted again in one turn', async () => {
    const { link, table } = await live();
    const first = stateOf(table.watch('t:a', 'a'));
    await setImmediate();
    await link.confirm();
    table.unwatch('t:a');
    const second = stateOf(table.watch('t:a', 'a'));
    await setImmediate();
    expect([first.now, second.now]).toEqual(['watched', 'watched']);
    expect(link.commands).toEqual(['+t:a']);
  });

  it('refuses at once while there is no connection, and subscribes when there is one', async () => {
    const { link, table } = await live();
    const waiting = stateOf(table.watch('t:a', 'a'));
    table.lost();
    const refused = stateOf(table.watch('t:b', 'b'));
    await setImmediate();
    expect([waiting.now, refused.now]).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    const restored = stateOf(table.restore());
    await setImmediate();
    expect(link.commands).toEqual(['+2']);
    expect(restored.now).toBe('waits');
    await link.confirm();
    expect(restored.now).toBe('watched');
    await table.watch('t:b', 'b');
  });

  it('takes no confirmation of a connection that is lost for one of the next', async () => {
    const { link, table } = await live();
    stateOf(table.watch('t:a', 'a'));
    await setImmediate();
    table.lost();
    const restored = stateOf(table.restore());
    const watched = stateOf(table.watch('t:a', 'a'));
    await link.confirm();
    expect([restored.now, watched.now]).toEqual(['waits', 'waits']);
    await link.confirm();
    expect([restored.now, watched.now]).toEqual(['watched', 'watched']);
  });

  it('tells that a connection has refused, so that a new one begins', async () => {
    const failures: string[] = [];
    const refusing = { subscribe: () => Promise.reject(new Error('NOPERM')), unsubscribe: () => Promise.resolve() };
    const table = new WatchTable(refusing, (reason) => failures.push(reason));
    await table.restore();
    stateOf(table.watch('t:a', 'a'));
    await setImmediate();
    expect(failures).toEqual(['NOPERM']);
  });
});
