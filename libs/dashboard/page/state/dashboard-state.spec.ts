import { describe, expect, it } from '@jest/globals';
import { frame, snapshot, TOTALS } from '../../../../test/dashboard/page/sample-feed.js';
import { row, story } from '../../../../test/dashboard/page/sample-rows.js';
import { applyFrame, KEPT_INCIDENTS, KEPT_ROWS, openState } from './dashboard-state.js';
import { findStory } from './story.js';

const message = () =>
  row({ kind: 'message', channel: 'rooms.7', message: 'say', userId: 'ann', code: null, durationMs: 1 });
const refusal = () =>
  row({
    kind: 'refusal',
    gate: 'subscribe',
    code: 'FORBIDDEN',
    reason: 'no',
    userId: 'ann',
    connectionId: null,
    channel: 'rooms.9',
    message: null,
  });
const times = <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make);

describe('the state of the dashboard', () => {
  it('keeps the same list objects if a frame leaves them out, and replaces the others', () => {
    const before = openState(snapshot(), null);
    const queues = [{ name: 'mails', state: 'down', waiting: 0, active: 0, completed: 0, failed: 0 }] as const;
    const after = applyFrame(before, frame([], { queues, totals: { ...TOTALS, users: 9 } }));
    expect(after.queues).toBe(queues);
    expect(after.totals.users).toBe(9);
    for (const name of ['nodes', 'connections', 'channels', 'handlers', 'rows', 'refusals', 'slowConsumers'] as const) {
      expect(after[name]).toBe(before[name]);
    }
  });

  it('adds no row twice', () => {
    const rows = [message(), message()];
    const opened = openState(snapshot({ rows }), null);
    const next = message();
    expect(applyFrame(opened, frame([...rows, next])).rows).toEqual([...rows, next]);
  });

  it('keeps the newest rows, and refusals longer than the stream does', () => {
    const refused = refusal();
    let state = applyFrame(openState(snapshot({ rows: [] }), null), frame([refused]));
    const rows = times(KEPT_ROWS + 50, message);
    for (let i = 0; i < rows.length; i += 200) state = applyFrame(state, frame(rows.slice(i, i + 200), { skipped: 3 }));
    expect(state.rows).toEqual(rows.slice(-KEPT_ROWS));
    expect(state.refusals).toEqual([refused]);
    expect(state.skipped).toBe(33);
  });

  it('counts more refusals by gate and code than it keeps', () => {
    let state = openState(snapshot({ rows: [refusal()] }), null);
    for (let i = 0; i < 5; i++) state = applyFrame(state, frame(times(60, refusal)));
    expect(state.refusals).toHaveLength(KEPT_INCIDENTS);
    expect(state.refusalTally).toEqual({
      'subscribe FORBIDDEN': { gate: 'subscribe', code: 'FORBIDDEN', count: 301 },
    });
  });

  it('adds new rows to the story that is open', () => {
    const [event, bridge] = story(7);
    const opened = openState(snapshot({ rows: [event, bridge] }), null);
    const reading = { ...opened, story: findStory(7, opened.rows) };
    const forgotten = applyFrame(reading, frame(times(KEPT_ROWS, message)));
    expect(forgotten.story).toBe(reading.story);
    const [, , broadcast] = story(7);
    const extended = applyFrame(forgotten, frame([broadcast, ...story(8)]));
    expect(extended.story?.rows).toEqual([event, bridge, broadcast]);
  });

  it('continues when the server sets its clock back', () => {
    const opened = openState(snapshot({ at: 5_000 }), null);
    const later = applyFrame(applyFrame(opened, frame([], { at: 5_250 })), frame([message()], { at: 5_100 }));
    expect(later.moments.map(({ at }) => at)).toEqual([5_000, 5_100]);
    expect(later.rows.length).toBe(opened.rows.length + 1);
  });

  it('starts again with the next snapshot, except for the chart', () => {
    const first = applyFrame(openState(snapshot({ at: 1_000 }), null), frame([message()], { at: 1_250, skipped: 2 }));
    const again = openState(snapshot({ at: 9_000, rows: [] }), { ...first, story: { id: 1, rows: [] } });
    expect(again).toMatchObject({ rows: [], refusals: [], refusalTally: {}, skipped: 0, story: null });
    expect(again.moments.map(({ at }) => at)).toEqual([1_000, 1_250, 9_000]);
  });
});
