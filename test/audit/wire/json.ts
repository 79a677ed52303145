// What does a body look like that is small on the wire and large in memory?

/** An object of one array of so many empty objects: three bytes each on the wire, sixty and more on the heap. */
export function manyObjects(count: number): string {
  return `{"a":[${Array(count).fill('{}').join(',')}]}`;
}

/** As many as fit into the largest frame, of 64 KB. */
export const LARGEST_BODY = manyObjects(21_000);

/** Objects inside one another, `depth` in all. */
export function nested(depth: number): string {
  return '{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1);
}

/** One object of so many keys. */
export function manyKeys(count: number): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));
}
