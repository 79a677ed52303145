// Are there any viewers? The feed runs while at least one is subscribed.
import type { RealtimeConnection, RealtimeHooks } from 'nestjs-realtime';
import { DASHBOARD_CHANNEL } from '../wire/dashboard.channel.js';

export class Viewers {
  private readonly present = new Set<RealtimeConnection>();

  constructor(hooks: RealtimeHooks, changed: (isWatched: boolean) => void) {
    hooks.on('subscribed', ({ connection, channel }) => {
      if (channel.name !== DASHBOARD_CHANNEL) return;
      this.present.add(connection);
      if (this.present.size === 1) changed(true);
    });
    hooks.on('unsubscribed', ({ connection, channel }) => {
      if (channel.name === DASHBOARD_CHANNEL && this.present.delete(connection) && this.present.size === 0)
        changed(false);
    });
  }

  get count(): number {
    return this.present.size;
  }
}
