import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { frame, snapshot } from '../../../../test/dashboard/page/sample-feed.js';
import { row, someRows } from '../../../../test/dashboard/page/sample-rows.js';
import { applyElsewhere, applyFrame, openState } from './dashboard-state.js';
import { rowsElsewhere } from './elsewhere.js';

const elsewhere = (nodeId: string, rows: readonly unknown[] = someRows(), skipped: unknown = 0) => ({
  ...{ nodeId, rows, skipped },
});
const message = (more: object = {}) => ({
  ...row({ kind: 'message', channel: 'a', message: 'say', userId: null, code: null, durationMs: 1 }),
  ...more,
});

describe('rows of other nodes', () => {
  it('are read as they were written, whatever their kind, with the node that they come from', () => {
    const rows = someRows();
    const read = rowsElsewhere(JSON.parse(JSON.stringify(elsewhere('b', rows, 3))), [])!;
    expect(read.rows.map((each) => ({ ...each, id: 0, story: 0, nodeId: undefined }))).toEqual(
      rows.map((each) => ({ ...each, id: 0, story: 0, nodeId: undefined })),
    );
    expect(new Set(read.rows.map(({ nodeId }) => nodeId))).toEqual(new Set(['b']));
    expect([read.skipped, read.known]).toEqual([3, ['b']]);
  });

  it('have numbers and stories that no other node has', () => {
    let state = openState(snapshot({ rows: [message({ id: 1, story: 1 })] }), null);
    for (const nodeId of ['b', 'c', 'b']) {
      state = applyElsewhere(state, elsewhere(nodeId, [message({ id: 1, story: 1 }), message({ id: 2, story: null })]));
    }
    const ids = state.rows.map(({ id }) => id);
    expect(new Set(ids.slice(0, 5)).size).toBe(5);
    expect(ids.slice(5)).toEqual(ids.slice(1, 3));
    expect(new Set(state.rows.map(({ story }) => story)).size).toBe(4);
    expect(state.known).toEqual(['b', 'c']);
  });

  it('stand beside those of the own node, which are still added once', () => {
    const first = message();
    const opened = applyElsewhere(openState(snapshot({ rows: [first] }), null), elsewhere('b', [message()]));
    const next = message();
    const { rows } = applyFrame(opened, frame([first, next]));
    expect(rows.map(({ nodeId }) => nodeId)).toEqual([undefined, 'b', undefined]);
    expect(rows.at(-1)).toBe(next);
  });

  it.each([
    null,
    [],
    'text',
    { nodeId: 1, rows: [], skipped: 0 },
    { nodeId: 'b', rows: {}, skipped: 0 },
    { nodeId: 'x'.repeat(5_000), rows: [], skipped: 0 },
  ])('change nothing where the frame is %j', (odd) => {
    const state = openState(snapshot(), null);
    expect(applyElsewhere(state, odd)).toBe(state);
  });

  it.each([
    null,
    {},
    { kind: '__proto__' },
    { kind: 'constructor' },
    message({ id: -1 }),
    message({ id: 2 ** 41 }),
    message({ at: 'now' }),
    message({ story: 'one' }),
    message({ channel: { toString: null } }),
    message({ userId: 7 }),
    message({ payload: {} }),
    message({ message: 'x'.repeat(5_000) }),
    { ...someRows().find(({ kind }) => kind === 'bridge')!, channels: [1] },
    { ...someRows().find(({ kind }) => kind === 'refusal')!, gate: 'back door' },
  ])('are left out where one is %j, and the others are shown', (odd) => {
    const good = message();
    const { rows } = rowsElsewhere(elsewhere('b', [odd, good]), [])!;
    expect(rows).toHaveLength(1);
  });

  it('are bounded, as is the number of their nodes', () => {
    const many = Array.from({ length: 5_000 }, () => message());
    expect(rowsElsewhere(elsewhere('b', many, 1e308), [])).toMatchObject({ rows: { length: 200 }, skipped: 0 });
    const known = Array.from({ length: 1_000 }, (_, n) => `node-${n}`);
    expect(rowsElsewhere(elsewhere('one more', [message()]), known)).toBeNull();
    expect(rowsElsewhere(elsewhere('node-5', [message()]), known)?.known).toBe(known);
  });

  it('never throw, whatever JSON comes', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void rowsElsewhere(value, [])));
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (rows) => void rowsElsewhere({ nodeId: 'b', rows, skipped: 0 }, [])),
    );
  });
});
