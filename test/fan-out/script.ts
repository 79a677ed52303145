// What happens in one turn of the event loop? Scripts of broadcasts that two servers play in the same way.
import fc from 'fast-check';

/** A broadcast, or a pause: the rest continues in a microtask, or in the next turn. */
export type Step = { readonly room: string; readonly payload: unknown } | { readonly pause: 'microtask' | 'turn' };

export const ROOMS = ['a', 'b', 'c'] as const;

const payload = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  // around the lengths at which a WebSocket header grows
  fc.integer({ min: 60, max: 130 }).map((length) => 'x'.repeat(length)),
  fc.constantFrom('ü'.repeat(80), 'y'.repeat(66_000), '\u2028"\\'),
);

export const script = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ room: fc.constantFrom(...ROOMS), payload }), weight: 5 },
    { arbitrary: fc.record({ pause: fc.constantFrom('microtask' as const, 'turn' as const) }), weight: 1 },
  ),
  { maxLength: 12 },
);

/** Plays the steps up to the first pause now and the rest later; calls `done` after the last. */
export function play(
  steps: readonly Step[],
  broadcast: (room: string, payload: unknown) => void,
  done: () => void,
): void {
  for (const [index, step] of steps.entries()) {
    if ('pause' in step) {
      const rest = (): void => play(steps.slice(index + 1), broadcast, done);
      if (step.pause === 'microtask') queueMicrotask(rest);
      else setImmediate(rest);
      return;
    }
    broadcast(step.room, step.payload);
  }
  done();
}
