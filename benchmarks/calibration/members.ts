// Who sends and hears, one event after the other? Clients of several nodes; the next message goes out when all have heard the last one.
import { setTimeout } from 'node:timers/promises';
import { isWelcome } from '../load/crowd.js';
import { type PacketListener, RawClient } from '../load/raw-client.js';
import { sequenceNumber } from '../load/sequence-number.js';

const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(4);
const PATH = '/realtime/';
/** Clients of one node that dial at the same time. */
const DIALLING = 20;

export class Members implements PacketListener {
  /** By node, those of each. */
  private readonly clients: RawClient[][] = [];
  private seq = 0;
  /** What is missing until all have heard, and the reply is there. */
  private missing = 0;
  private finish: () => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;

  /** Connects so many clients to each node. */
  async connect(ports: readonly number[], counts: readonly number[]): Promise<void> {
    for (const [node, port] of ports.entries()) {
      const own: RawClient[] = (this.clients[node] ??= []);
      let dialled = 0;
      const dial = async (): Promise<void> => {
        while (dialled++ < counts[node]) own.push(await RawClient.open(own.length, port, PATH, this));
      };
      await Promise.all(Array.from({ length: DIALLING }, dial));
    }
  }

  /** The first clients of each node become members. */
  async subscribe(channel: string, membersOfNodes: readonly number[]): Promise<void> {
    const joining = membersOfNodes.flatMap((count, node) => this.clients[node].slice(0, count));
    await this.until(joining.length, () =>
      joining.forEach((client) => client.send(`421${JSON.stringify(['rt:subscribe', { channel }])}`)),
    );
  }

  /** A member of the first node sends, and so many others hear it each time. */
  async send(channel: string, event: 'say' | 'note', heardBy: number, count: number): Promise<void> {
    const [[sender]] = this.clients;
    for (let sent = 0; sent < count; sent++) {
      // The sender's own event comes back from Redis after its members have it. It wakes the node, and must not meet the next message.
      if (event === 'say') await setTimeout(1);
      const payload = { seq: ++this.seq, text: TEXT };
      await this.until(1 + heardBy, () =>
        sender.send(`421${JSON.stringify(['rt:message', { channel, event, payload }])}`),
      );
    }
  }

  close(): void {
    for (const client of this.clients.flat()) client.close();
  }

  onEvent(client: RawClient, buffer: Buffer, start: number, end: number): void {
    if (isWelcome(buffer, start)) return;
    if (sequenceNumber(buffer, start, end) === this.seq) this.heard();
    else this.fail(new Error(`Client ${client.index} got ${buffer.toString('utf8', start, end)}`));
  }

  onAcknowledgement(client: RawClient, _id: number, buffer: Buffer, start: number, end: number): void {
    if (buffer.toString('latin1', start, end).startsWith('[{"ok":true')) this.heard();
    else this.fail(new Error(`Client ${client.index} was refused: ${buffer.toString('utf8', start, end)}`));
  }

  onFault(client: RawClient, error: Error): void {
    this.fail(new Error(`Client ${client.index}: ${error.message}`));
  }

  private heard(): void {
    if (--this.missing === 0) this.finish();
  }

  private until(count: number, begin: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.missing = count;
      this.finish = resolve;
      this.fail = reject;
      begin();
    });
  }
}
