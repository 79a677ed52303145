// Is the heap flat? A straight line through the samples after the first third, when everything that is made once has been made.

/** How much the line rises from its first sample to its last, as a part of the mean. */
export function heapGrowth(samples: readonly number[]): number {
  const settled = samples.slice(Math.ceil(samples.length / 3));
  if (settled.length < 2) return 0;
  const middle = (settled.length - 1) / 2;
  const mean = settled.reduce((sum, sample) => sum + sample, 0) / settled.length;
  let rise = 0;
  let spread = 0;
  settled.forEach((sample, i) => {
    rise += (i - middle) * (sample - mean);
    spread += (i - middle) ** 2;
  });
  return ((rise / spread) * (settled.length - 1)) / mean;
}
