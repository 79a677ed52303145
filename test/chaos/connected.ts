// When has a client connected, and when will it never? A connection that ends before it was taken counts, too.
import type { Socket } from 'socket.io-client';

export function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
    // of a node that dies after the transport has opened, and before it has answered, nothing else is heard
    socket.once('disconnect', (reason) => reject(new Error(reason)));
  });
}
