// Has it happened yet? Asks again, one turn after another, until an answer fits or the time is over.
import { setTimeout } from 'node:timers/promises';

const PAUSE_MS = 10;

/**
 * Resolves with the first answer that fits.
 * @throws Error with the last answer when none has fitted within `withinMs`.
 */
export async function until<Answer>(
  ask: () => Answer | Promise<Answer>,
  fits: (answer: Answer) => boolean,
  withinMs = 60_000,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms; last: ${JSON.stringify(answer)}`);
    await setTimeout(PAUSE_MS);
  }
}
