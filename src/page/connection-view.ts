// Is the page connected, and as which user?
import type { ConnectionStatus } from '@nestjs-realtime/client';
import type { PageClient } from './channels.js';
import { find } from './dom.js';
import { inBackground } from './http.js';
import type { SessionView } from './session-view.js';

const TEXTS: Readonly<Record<ConnectionStatus['state'], string>> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting…',
  disconnected: 'Disconnected',
  failed: 'Refused',
  closed: 'Closed',
};

export class ConnectionView {
  private readonly box = find('connection', HTMLParagraphElement);
  private readonly text = find('connection-text', HTMLSpanElement);

  constructor(
    private readonly client: PageClient,
    session: SessionView,
  ) {
    client.onStatus(({ state }) => {
      this.show();
      // The session may have ended: the server has refused it, or the page connects after a long sleep.
      if (state === 'failed' || state === 'connected') inBackground(session.refresh());
    });
    this.show();
  }

  private show(): void {
    const { status } = this.client;
    this.box.dataset.state = status.state;
    this.text.textContent = TEXTS[status.state] + detailOf(status);
  }
}

function detailOf(status: ConnectionStatus): string {
  if (status.state === 'connected') return ` as ${status.user?.userId ?? 'a guest'}`;
  return 'reason' in status ? ` (${status.reason.code})` : '';
}
