// How does much that is asked for in one tick become one request? It is done once, in a microtask.

/** @returns a function that may be called any number of times. */
export function onceATick(act: () => void): () => void {
  let isPlanned = false;
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    queueMicrotask(() => {
      isPlanned = false;
      act();
    });
  };
}
