// Which state is the connection in, for a component?
'use client';
import { useCallback, useSyncExternalStore } from 'react';
import type { ConnectionStatus } from '../connection-status.js';
import { useRealtimeClient } from './realtime-provider.js';

const ON_SERVER: ConnectionStatus = { state: 'disconnected' };

/** The status of the client; `disconnected` on a server. */
export function useConnectionStatus(): ConnectionStatus {
  const client = useRealtimeClient();
  const follow = useCallback((changed: () => void) => client.onStatus(changed), [client]);
  return useSyncExternalStore(
    follow,
    () => client.status,
    () => ON_SERVER,
  );
}
