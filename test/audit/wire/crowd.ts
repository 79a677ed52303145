// How do many do something without all at once? So many hands, each with one after another.

/** Calls `work` for 0 to `count - 1`, with at most `hands` under way; resolves with the answers in order. */
export async function crowd<Answer>(
  count: number,
  hands: number,
  work: (index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const hand = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      answers[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: hands }, hand));
  return answers;
}
