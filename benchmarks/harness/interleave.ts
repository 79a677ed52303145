// In which order are contestants measured? A B C, C B A, ...: a drift of the machine affects all of them alike.

/**
 * Measures every contestant once a round, the order reversed from round to round; rounds of warm-up are measured and dropped.
 * Returns the samples of each contestant, those of one round at the same index.
 */
export async function interleave<Contestant>(
  contestants: readonly Contestant[],
  rounds: { warmUp: number; measured: number },
  measure: (contestant: Contestant) => Promise<number>,
): Promise<number[][]> {
  const samples: number[][] = contestants.map(() => []);
  const forth = contestants.map((_, index) => index);
  const back = [...forth].reverse();
  for (let round = 0; round < rounds.warmUp + rounds.measured; round++) {
    for (const index of round % 2 === 0 ? forth : back) {
      const sample = await measure(contestants[index]);
      if (round >= rounds.warmUp) samples[index].push(sample);
    }
  }
  return samples;
}
