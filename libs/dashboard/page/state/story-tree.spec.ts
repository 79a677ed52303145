import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
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

  it('puts everything that results from a message below it', () => {
    const message = row({
      kind: 'message',
      story: 1,
      channel: 'rooms.7',
      message: 'say',
      userId: 'ann',
      code: null,
      durationMs: 3.25,
    });
    const [event, bridge, first, second] = story(1);
    expect(kinds(storyTree([first, message]))).toEqual([['message', [['broadcast', []]]]]);
    expect(kinds(storyTree([event, bridge, first, second, message]))).toEqual([
      ['message', [['event', [['bridge', bare]]]]],
    ]);
  });

  it('lets nothing begin before what it results from, and is in the order of time', () => {
    const begun = (steps: readonly StoryStep[]): boolean =>
      steps.every(
        (step, place) =>
          step.steps.every(({ at }) => at >= step.at) && (steps[place - 1]?.at ?? 0) <= step.at && begun(step.steps),
      );
    const draft = { story: 1, channel: 'rooms.7', message: 'say', userId: null, code: null } as const;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1_000, max: 2_000 }), { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 500 }),
        (times, ofMessage, durationMs) => {
          const message = row({ kind: 'message', ...draft, durationMs });
          const rows = [...story(1), ...(ofMessage ? [message] : [])].map((each, place) => ({
            ...each,
            at: times[place],
          }));
          const tree = storyTree(rows);
          expect(tree).toHaveLength(1);
          expect(begun(tree)).toBe(true);
        },
      ),
    );
  });
});
