// Is the connection alive? A ping goes in; the pong comes back to everybody, and its sender takes the time.
import type { RealtimeClient } from '@nestjs-realtime/client';
import type { pingChannel } from '../realtime-ping/index.js';
import { create, find, timeOf } from './dom.js';

const SHOWN = 6;

export class PingView {
  private readonly button = find('ping', HTMLButtonElement);
  private readonly roundTrip = find('round-trip', HTMLParagraphElement);
  private readonly list = find('pongs', HTMLOListElement);
  private readonly sent = new Map<string, number>();
  private ping: () => void = () => {};

  constructor() {
    this.button.addEventListener('click', () => this.ping());
  }

  follow(client: RealtimeClient): void {
    // Types only: no server code, and no schema, comes into the bundle.
    const channel = client.channel<typeof pingChannel>('realtime-ping');
    this.sent.clear();
    this.ping = () => {
      const nonce = crypto.getRandomValues(new Uint32Array(2)).join('-');
      this.sent.set(nonce, performance.now());
      channel.send('message', { nonce }).catch(() => {
        this.sent.delete(nonce);
        this.roundTrip.textContent = 'no answer';
      });
    };
    channel.on('message', (pong) => {
      const start = this.sent.get(pong.nonce);
      this.sent.delete(pong.nonce);
      const took = start === undefined ? '' : `${(performance.now() - start).toFixed(1)} ms`;
      if (took) this.roundTrip.textContent = took;
      const connections = `${pong.connections} ${pong.connections === 1 ? 'connection' : 'connections'}`;
      const from = took ? 'you' : pong.from;
      this.list.prepend(create('li', {}, create('span', {}, `${from}, ${connections}`), timeOf(pong.at)));
      while (this.list.children.length > SHOWN) this.list.lastElementChild?.remove();
    });
  }

  setConnected(connected: boolean): void {
    this.button.disabled = !connected;
  }
}
