// Is the connection alive? The page sends a ping, every page receives the pong, and the sender measures the time.
import type { EventOutput } from '@nestjs-realtime/contract';
import type { pingChannel } from '../realtime-ping/index.js';
import type { PageClient } from './channels.js';
import { create, find, timeOf } from './dom.js';

const SHOWN = 6;

export class PingView {
  private readonly button = find('ping', HTMLButtonElement);
  private readonly roundTrip = find('round-trip', HTMLParagraphElement);
  private readonly list = find('pongs', HTMLOListElement);
  /** When each ping of ours went out, by its nonce. */
  private readonly sent = new Map<string, number>();

  constructor(client: PageClient) {
    const channel = client.channel('realtime-ping');
    channel.on('message', (pong) => this.show(pong));
    channel.onStatus(({ state }) => (this.button.disabled = state !== 'subscribed'));
    this.button.addEventListener('click', () => {
      const nonce = crypto.getRandomValues(new Uint32Array(2)).join('-');
      this.sent.set(nonce, performance.now());
      channel.send('message', { nonce }).catch(() => {
        this.sent.delete(nonce);
        this.roundTrip.textContent = 'no answer';
      });
    });
  }

  private show({ nonce, from, connections, at }: EventOutput<typeof pingChannel, 'message'>): void {
    const start = this.sent.get(nonce);
    if (start !== undefined) this.roundTrip.textContent = `${(performance.now() - start).toFixed(1)} ms`;
    const who = this.sent.delete(nonce) ? 'you' : from;
    const here = `${connections} ${connections === 1 ? 'connection' : 'connections'}`;
    this.list.prepend(create('li', {}, create('span', {}, `${who}, ${here}`), timeOf(at)));
    while (this.list.children.length > SHOWN) this.list.lastElementChild?.remove();
  }
}
