// What does the server process do? It starts one peer and answers the harness, which requests broadcasts and measures their cost.
import { answerCalls } from '../harness/process-calls.js';
import { type BroadcastOrder, Progress, sendBroadcasts, sendTimed, type TimedOrder } from './broadcasting.js';
import type { Peer, PeerName, PeerSettings } from './peer.js';
import { tally } from './tally.js';

/** Where a peer is reached. */
export type Endpoint = Pick<Peer, 'port' | 'path' | 'dialect'> & {
  /** What the ids of the users begin with, where the peer asks who connects. */
  readonly users?: string;
};

/** CPU time of the server process since `mark`, and the inbound messages handled meanwhile. */
export interface Measurement {
  cpuMicros: number;
  handled: number;
  checksum: number;
}

/** Memory of the server process after garbage collection, in bytes. */
export interface Memory {
  heapAndExternal: number;
  rss: number;
}

const { startPeer } = (await import(`./${process.argv[2] as PeerName}.peer.js`)) as {
  startPeer(settings: PeerSettings): Promise<Peer>;
};
const peer = await startPeer({ variants: process.argv[3] === 'variants', redisPort: Number(process.argv[4] ?? 0) });
const progress = new Progress();
let marked = process.cpuUsage();

const serverCalls = {
  endpoint: (): Endpoint => ({ port: peer.port, path: peer.path, dialect: peer.dialect }),

  /** Starts a measurement. A garbage collection here would shrink the heap's limit and move the next one into every sample. */
  mark(): void {
    tally.reset();
    marked = process.cpuUsage();
  },

  measure(): Measurement {
    const { user, system } = process.cpuUsage(marked);
    return { cpuMicros: user + system, handled: tally.count, checksum: tally.checksum };
  },

  broadcast: (order: BroadcastOrder): Promise<void> => sendBroadcasts(peer, progress, order),

  broadcastTimed: (order: TimedOrder): Promise<number[]> => sendTimed(peer, order),

  connections: (): number => peer.connectionCount(),

  /** Asks so many times, one after the other. */
  async countMembers(times: number): Promise<number> {
    if (peer.countMembers === undefined) throw new Error('This peer does not know its members.');
    let members = 0;
    for (let i = 0; i < times; i++) members = await peer.countMembers();
    return members;
  },

  async memory(): Promise<Memory> {
    for (let i = 0; i < 4; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapAndExternal: heapUsed + external, rss };
  },
};

/** What a server process can be asked. */
export type ServerApi = typeof serverCalls;

answerCalls(serverCalls, (received) => progress.advance(received));

function collectGarbage(): void {
  if (!global.gc) throw new Error('The server process needs --expose-gc.');
  global.gc();
}
