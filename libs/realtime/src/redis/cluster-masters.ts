// To which servers of a Cluster is this node connected? To those that are known as masters, or to those that the options name.
import { ClusterMaster, type MasterEvents } from './cluster-master.js';
import type { RedisSettings } from './redis.options.js';
import type { Address } from './slot-map.js';

/** How long a server without a partition stays connected that answers have pointed to, in milliseconds. */
const ASKED_FOR = 10_000;

export class ClusterMasters {
  private readonly all = new Map<Address, ClusterMaster>();
  /** When an answer has pointed to a server last. */
  private readonly askedAt = new Map<Address, number>();
  private turn = 0;
  private isClosed = false;

  constructor(
    private readonly seeds: readonly URL[],
    private readonly settings: RedisSettings,
    private readonly name: string,
    private readonly events: MasterEvents,
  ) {}

  /** Connects, where there is no connection yet. */
  at(address: Address): ClusterMaster {
    let master = this.all.get(address);
    if (master !== undefined) return master;
    const { protocol, username, password } = this.seeds[0];
    const credentials = username === '' && password === '' ? '' : `${username}:${password}@`;
    const url = `${protocol}//${credentials}${address}`;
    const target = { kind: 'server' as const, url, tls: this.settings.tls };
    master = new ClusterMaster(address, target, this.settings, this.name, this.events);
    if (this.isClosed) master.close();
    else this.all.set(address, master);
    return master;
  }

  /** One that is about to get a slot, and has part of its keys. */
  asked(address: Address): ClusterMaster {
    this.askedAt.set(address, performance.now());
    return this.at(address);
  }

  /** One that can be asked, each in turn. Where there is none, those that the options name are tried. */
  next(): ClusterMaster | null {
    const up = [...this.all.values()].filter(({ commands }) => commands.isUp());
    if (up.length > 0) return up[this.turn++ % up.length];
    for (const { hostname, port } of this.seeds) this.at(`${hostname}:${port || '6379'}`);
    return null;
  }

  /** Ends the connections to all others. */
  keep(owners: readonly (ClusterMaster | undefined)[], isListening: boolean): void {
    const kept = new Set(owners);
    for (const [address, at] of this.askedAt) if (performance.now() - at > ASKED_FOR) this.askedAt.delete(address);
    for (const master of this.all.values()) {
      if (kept.has(master)) {
        if (isListening) master.listen();
      } else if (!this.askedAt.has(master.address)) {
        this.all.delete(master.address);
        master.close();
      }
    }
  }

  close(): void {
    this.isClosed = true;
    for (const master of this.all.values()) master.close();
  }
}
