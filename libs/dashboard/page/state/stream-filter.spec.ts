import { describe, expect, it } from '@jest/globals';
import { REFUSALS } from '@nestjs-realtime/contract';
import { channel } from '../../../../test/dashboard/page/sample-feed.js';
import { row, someRows } from '../../../../test/dashboard/page/sample-rows.js';
import { sortChannels } from './channel-order.js';
import { KINDS, rowText } from './row-text.js';
import { explainCode, isOfApplication } from './explanations.js';
import { containsText, filterRows } from './stream-filter.js';

const EVERYTHING = { kinds: new Set<never>(), text: '', ownNode: 'node-1' };

describe('the filter of the stream', () => {
  it('shows the newest rows first, and counts all that match', () => {
    const rows = someRows();
    const { shown, matching } = filterRows(rows, EVERYTHING, 3);
    expect(shown).toEqual(rows.slice(-3).reverse());
    expect(matching).toBe(rows.length);
  });

  it.each(KINDS)('finds rows of the kind %s, and no others', (kind) => {
    const { shown } = filterRows(someRows(), { ...EVERYTHING, kinds: new Set([kind]) }, 99);
    expect(shown.length).toBeGreaterThan(0);
    expect(new Set(shown.map((each) => each.kind))).toEqual(new Set([kind]));
  });

  it('finds text in the words of a row and in its payload, in upper and lower case', () => {
    const rows = [
      ...someRows(),
      row({ kind: 'broadcast', channel: 'a', event: 'b', payloadBytes: 1, deliveries: 1, payload: '{"city":"Ghent"}' }),
    ];
    const found = (text: string) => filterRows(rows, { ...EVERYTHING, text }, 99).matching;
    expect(found('  MEMBER of room 9 ')).toBe(1);
    expect(found('ghent')).toBe(1);
    expect(found('(.*)')).toBe(0);
  });

  it('finds the rows of a node by its name, those of the own node too', () => {
    const rows = [...someRows(), { ...someRows()[0], nodeId: 'web-2-abcdef' }];
    const found = (text: string) => filterRows(rows, { ...EVERYTHING, text }, 99).matching;
    expect([found('WEB-2'), found('node-1')]).toEqual([1, rows.length - 1]);
  });
});

describe('the search for a text', () => {
  it('finds a param by its value and by its spelling, beside text that is no encoding', () => {
    const refusal = ['inbox.ada%40example%2Ecom', '100% of %ZZ and %C3% were refused'];
    for (const wanted of ['ada@example.com', 'inbox.ada@', 'ada%40example%2ecom', '100% of', '%zz', '%c3%']) {
      expect([wanted, containsText(refusal, wanted)]).toEqual([wanted, true]);
    }
    expect(containsText(['inbox.%C3%89mile'], 'émile')).toBe(true);
    expect(containsText(['inbox.ada'], '@')).toBe(false);
  });
});

describe('the words of a row', () => {
  it('distinguish a bridge entry that failed, skipped or forwarded', () => {
    const bridge = { kind: 'bridge', name: 'Paid', template: 'orders.{id}', event: 'paid' } as const;
    const detail = (channels: string[], error: string | null) => rowText(row({ ...bridge, channels, error })).detail;
    expect(detail([], 'no such order')).toBe('failed: no such order');
    expect(detail([], null)).toBe('skipped by its mapper');
    expect(detail(['orders.1'], null)).toBe('forwarded to orders.1');
  });
});

describe('the explanation of a code', () => {
  it('exists for each code of the protocol, and says of all others that the application declares them', () => {
    for (const code of Object.keys(REFUSALS)) {
      expect([code, isOfApplication(code)]).toEqual([code, false]);
      expect(explainCode(code)).toMatch(/\.$/);
    }
    for (const code of ['ROOM_LOCKED', 'toString', '__proto__']) {
      expect(isOfApplication(code)).toBe(true);
      expect(explainCode(code)).toContain('a code of its own, which the message declares');
    }
  });
});

describe('the order of channels', () => {
  it('is by name if the figures are equal', () => {
    const names = (order: 'name' | 'subscribers' | 'broadcasts') =>
      sortChannels(rows, order).map((each) => each.channel);
    const rows = [
      channel('b', { subscribers: 1, sparkline: [0, 1] }),
      channel('a', { subscribers: 1, sparkline: [5, 5] }),
      channel('c', { subscribers: 7, sparkline: [1, 0] }),
    ];
    expect(names('name')).toEqual(['a', 'b', 'c']);
    expect(names('subscribers')).toEqual(['c', 'a', 'b']);
    expect(names('broadcasts')).toEqual(['a', 'b', 'c']);
  });
});
