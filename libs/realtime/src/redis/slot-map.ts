// Which server of a Cluster has a slot? What CLUSTER SLOTS and redirections have said last.
import { SLOTS } from './partitions.js';

/** `host:port` of a server. */
export type Address = string;

/** What a server of a Cluster answers that it cannot do. */
export type Redirection =
  | { readonly kind: 'moved' | 'ask'; readonly slot: number; readonly address: Address }
  /** A slot is on its way to another server, and its keys are at both. */
  | { readonly kind: 'again' };

export class SlotMap {
  private owners: (Address | undefined)[] = new Array<Address | undefined>(SLOTS).fill(undefined);

  ownerOf(slot: number): Address | undefined {
    return this.owners[slot];
  }

  learn(slot: number, address: Address): void {
    this.owners[slot] = address;
  }

  /**
   * Takes the reply of CLUSTER SLOTS. `asked` is the server that has answered: one that does not name its host means the one that was asked.
   *
   * Security note: what does not have the form of a reply is ignored, and the slots that it leaves out have no owner.
   */
  update(reply: unknown, asked: Address): void {
    const owners = new Array<Address | undefined>(SLOTS).fill(undefined);
    for (const range of Array.isArray(reply) ? reply : []) {
      const [from, to, master] = (Array.isArray(range) ? range : []) as [unknown, unknown, unknown];
      const address = addressOf(master, asked);
      if (address === null || !isSlot(from) || !isSlot(to)) continue;
      owners.fill(address, from, to + 1);
    }
    this.owners = owners;
  }
}

function isSlot(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < SLOTS;
}

function addressOf(server: unknown, asked: Address): Address | null {
  const [host, port] = (Array.isArray(server) ? server : []) as [unknown, unknown];
  if (!isPort(port) || host === '?') return null;
  if (host === null || host === '') return `${hostOf(asked)}:${port}`;
  return typeof host === 'string' ? addressIn(host, port) : null;
}

function addressIn(host: string, port: number): Address {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function hostOf(address: Address): string {
  return address.slice(0, address.lastIndexOf(':'));
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536;
}

/** What an error says about where to go; null if it says nothing. `asked` is the server that has answered. */
export function redirectionOf(error: unknown, asked: Address): Redirection | null {
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('TRYAGAIN')) return { kind: 'again' };
  const [, kind, slot, host, port] = /^(MOVED|ASK) (\d{1,5}) (.*):(\d{1,5})$/.exec(message) ?? [];
  if (kind === undefined || !isSlot(Number(slot)) || !isPort(Number(port))) return null;
  const address = host === '' ? `${hostOf(asked)}:${port}` : addressIn(host, Number(port));
  return { kind: kind === 'MOVED' ? 'moved' : 'ask', slot: Number(slot), address };
}
