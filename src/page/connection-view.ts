// Is the page connected, and as which user?
import type { ConnectionState, RealtimeClient } from '@nestjs-realtime/client';
import { find } from './dom.js';
import { inBackground } from './http.js';
import type { SessionView } from './session-view.js';

const TEXTS: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting…',
  disconnected: 'Disconnected',
  failed: 'Refused',
};

export class ConnectionView {
  private readonly box = find('connection', HTMLParagraphElement);
  private readonly text = find('connection-text', HTMLSpanElement);

  constructor(
    private readonly client: RealtimeClient,
    session: SessionView,
  ) {
    client.onState(({ state }) => {
      this.show();
      // The session may have ended: the server has refused it, or the page connects after a long sleep.
      if (state === 'failed' || state === 'connected') inBackground(session.refresh());
    });
    this.show();
  }

  private show(): void {
    const { state, reason, user } = this.client;
    this.box.dataset.state = state;
    const detail = state === 'connected' ? ` as ${user?.userId ?? 'a guest'}` : reason ? ` (${reason.code})` : '';
    this.text.textContent = TEXTS[state] + detail;
  }
}
