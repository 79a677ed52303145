// Which client do the hooks of a tree use?
'use client';
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react';
import type { RealtimeClientOptions } from '../client-options.js';
import { createRealtimeClient, type RealtimeClient } from '../realtime-client.js';

/** A client of yours, or the options for one that lives as long as the provider is mounted. */
export type RealtimeProviderProps = { readonly children?: ReactNode } & (
  | { readonly client: RealtimeClient; readonly options?: never }
  | { readonly options: RealtimeClientOptions; readonly client?: never }
);

const ClientContext = createContext<RealtimeClient | null>(null);

/**
 * Gives a client to the hooks below it. A client that you pass is left as it is. With `options`, which are read once, the provider makes
 * one: it connects once the provider is mounted, never while rendering or on a server, and pauses when the provider is unmounted.
 */
export function RealtimeProvider({ client, options, children }: RealtimeProviderProps): ReactElement {
  const [made] = useState(() => (client ? null : createRealtimeClient({ ...options, autoConnect: false })));
  const mounted = useRef(0);
  useEffect(() => {
    if (!made) return;
    mounted.current++;
    made.connect();
    return () => {
      mounted.current--;
      // Strict mode mounts again at once.
      queueMicrotask(() => {
        if (mounted.current === 0) made.disconnect();
      });
    };
  }, [made]);
  return createElement(ClientContext.Provider, { value: client ?? made }, children);
}

/** The client of the nearest `<RealtimeProvider>`. @throws Error where there is none. */
export function useRealtimeClient(): RealtimeClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('This hook needs a client: put a <RealtimeProvider> around the component.');
  return client;
}
