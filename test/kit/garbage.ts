// What is still held, and how much memory does it take? Asked after a full garbage collection.
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Afterwards a `WeakRef` made before has its object only where something else holds it. */
export async function collectGarbage(): Promise<void> {
  // within the turn that made it, a weak reference holds its object
  await setImmediate();
  collect();
}

/** Bytes of the heap that are in use. */
export async function heapInUse(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().heapUsed;
}
