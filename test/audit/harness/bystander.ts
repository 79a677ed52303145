// What does somebody notice who has nothing to do with it? An honest client that talks and listens while the attack runs.
import { setTimeout } from 'node:timers/promises';
import type { Socket } from 'socket.io-client';
import type { FixtureProcess } from '../../fixture/fixture.process.js';
import { connectClient, request } from '../../hostile/honest-client.js';
import type { Reply } from '../../hostile/raw-socket.js';
import { within } from './within.js';

const CHANNEL = 't.auth';
const PAUSE_MS = 100;
/** A broadcast goes out with every so many round trips. */
const ECHOES_PER_BROADCAST = 5;
const ARRIVAL_MS = 10_000;

export class Bystander {
  /** What went wrong for it, as sentences. */
  readonly complaints: string[] = [];
  roundTrips = 0;
  worstMs = 0;
  private over = false;
  private published = 0;
  private heard = 0;
  private living: Promise<void> = Promise.resolve();

  private constructor(
    private readonly fixture: FixtureProcess,
    private readonly socket: Socket,
    private readonly inOutage: boolean,
  ) {
    socket.on('disconnect', (reason) => {
      if (!this.over) this.complain(`its connection was lost: ${reason}`);
    });
    socket.on('rt:bye', (bye) => this.complain(`it was sent away: ${JSON.stringify(bye)}`));
    socket.on('rt:evicted', (eviction) => {
      if (!this.inOutage) this.complain(`it was evicted: ${JSON.stringify(eviction)}`);
    });
    socket.on('rt:event', (_channel, event) => {
      if (event === 'message') this.heard++;
    });
  }

  /** Connects, subscribes and goes about its business. `inOutage`: refusals are answers too, and it subscribes again. */
  static async enter(fixture: FixtureProcess, inOutage: boolean): Promise<Bystander> {
    const socket = await connectClient(fixture, { auth: { token: await fixture.login('bystander') } });
    const bystander = new Bystander(fixture, socket, inOutage);
    await bystander.subscribe();
    bystander.living = bystander.live();
    return bystander;
  }

  /** One client that comes, does what a bystander does, and goes: so that the code for it is loaded before anything is measured. */
  static async visit(fixture: FixtureProcess): Promise<void> {
    const visitor = await Bystander.enter(fixture, false);
    await visitor.leave();
  }

  /** One last round trip must work, and everything that was broadcast must have arrived. */
  async leave(): Promise<void> {
    this.over = true;
    await this.living;
    if (this.inOutage) await this.subscribe();
    await this.echo(true);
    const deadline = performance.now() + ARRIVAL_MS;
    while (!this.inOutage && this.heard < this.published && performance.now() < deadline && this.socket.connected) {
      await setTimeout(10);
    }
    if (!this.inOutage && this.heard !== this.published) {
      this.complain(`it heard ${this.heard} of ${this.published} broadcasts`);
    }
    this.socket.disconnect();
  }

  private async live(): Promise<void> {
    while (!this.over && this.socket.connected) {
      if (this.roundTrips % ECHOES_PER_BROADCAST === 0) await this.publish();
      await this.echo(!this.inOutage);
      await setTimeout(PAUSE_MS);
    }
  }

  private async subscribe(): Promise<void> {
    await this.ask('rt:subscribe', { channel: CHANNEL });
  }

  private async publish(): Promise<void> {
    try {
      const n = this.published;
      await within(ARRIVAL_MS, this.fixture.control('/publish', { channel: CHANNEL, payload: { n } }));
      this.published++;
    } catch (error) {
      this.complain(`a broadcast failed: ${String(error)}`);
    }
  }

  private async echo(mustSucceed: boolean): Promise<void> {
    const startedAt = performance.now();
    const reply = await this.ask('rt:message', { channel: CHANNEL, event: 'echo', payload: { text: 'still here' } });
    if (reply === null) return;
    this.roundTrips++;
    this.worstMs = Math.max(this.worstMs, performance.now() - startedAt);
    if (mustSucceed && !reply.ok) this.complain(`its echo was refused: ${reply.error?.code}`);
    if (this.inOutage && !reply.ok) await this.subscribe();
  }

  private async ask(event: string, body: object): Promise<Reply | null> {
    try {
      return await request(this.socket, event, body);
    } catch (error) {
      this.complain(`${event} had no answer: ${String(error)}`);
      return null;
    }
  }

  /** Each kind of trouble once: it is the first that tells. */
  private complain(sentence: string): void {
    if (!this.complaints.includes(sentence)) this.complaints.push(sentence);
  }
}
