import { describe, expect, it } from '@jest/globals';
import { row, story } from '../../../../test/dashboard/page/sample-rows.js';
import { type StoryStep, storyTree } from './story-tree.js';

const kinds = (steps: readonly StoryStep[]): unknown[] =>
  steps.map(({ row: { kind }, steps: below }) => [kind, kinds(below)]);

describe('the tree of a story', () => {
  const bare = [
    ['broadcast', []],
    ['broadcast', []],
  ];

  it('puts broadcasts below their bridge entry, also if their rows come before it', () => {
    const [event, bridge, first, second] = story(1);
    const tree = [['event', [['bridge', bare]]]];
    expect(kinds(storyTree([event, bridge, first, second]))).toEqual(tree);
    expect(kinds(storyTree([event, first, second, bridge]))).toEqual(tree);
  });

  it('puts broadcasts without a bridge entry below the event', () => {
    const [event, bridge, first, second] = story(1);
    expect(kinds(storyTree([event, first, second]))).toEqual([['event', bare]]);
    const other = row({
      kind: 'broadcast',
      story: 1,
      channel: 'articles',
      event: 'withdrawn',
      payloadBytes: 1,
      deliveries: 1,
    });
    expect(kinds(storyTree([event, bridge, other]))).toEqual([
      [
        'event',
        [
          ['bridge', []],
          ['broadcast', []],
        ],
      ],
    ]);
  });

  it('starts with the bridge entry if the event is no longer kept', () => {
    const [, bridge, first, second] = story(1);
    expect(kinds(storyTree([bridge, first, second]))).toEqual([['bridge', bare]]);
  });
});
