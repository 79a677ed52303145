import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeFigures } from '../wire/feed.frames.js';
import { toldFigures } from './told-figures.js';

const FIGURES: NodeFigures = {
  state: 'accepting',
  fanOut: 'fast',
  broker: 'ok',
  version: '0.1.0',
  connections: 3,
  users: 2,
  subscriptions: 5,
  deliveries: 7,
  uptimeSeconds: 9,
  rssBytes: 11,
  loopLagMs: 0.5,
};

describe('the figures of another node', () => {
  it('are read as they were told, without what a later release adds', () => {
    expect(toldFigures(JSON.stringify(FIGURES))).toEqual(FIGURES);
    expect(toldFigures(JSON.stringify({ ...FIGURES, more: 1, __proto__: { x: 1 } }))).toEqual(FIGURES);
    expect(toldFigures(JSON.stringify({ ...FIGURES, broker: null, version: null }))).toMatchObject({ broker: null });
  });

  it.each(Object.keys(FIGURES))('are none where %s is of another form', (name) => {
    for (const odd of [undefined, [], {}, true, -1, 1e308, 'x'.repeat(41)]) {
      expect(toldFigures(JSON.stringify({ ...FIGURES, [name]: odd }))).toBeNull();
    }
  });

  it.each([null, '', '{', '[]', 'null', '1', '{"state":"accepting"}'])('are none in %j', (report) => {
    expect(toldFigures(report)).toBeNull();
  });

  it('never throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void toldFigures(text)));
    fc.assert(fc.property(fc.json(), (text) => void toldFigures(text)));
  });
});
