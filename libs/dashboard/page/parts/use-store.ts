// How does a component follow a store? It renders again when the part that it selects has changed.
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { Store } from '../state/store.js';

export function useStore<Value, Seen>(store: Store<Value>, look: (value: Value) => Seen): Seen {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const seen = look(store.value);
  const latest = useRef({ look, seen });
  latest.current = { look, seen };
  useLayoutEffect(() => {
    const check = (): void => {
      if (!Object.is(latest.current.look(store.value), latest.current.seen)) draw(undefined);
    };
    // The store may have changed between rendering and this effect.
    check();
    return store.listen(check);
  }, [store]);
  return seen;
}
