// How much traffic is there? Rates, and a row for each message, broadcast and bridge entry.
import type { RealtimeHooks } from 'nestjs-realtime';
import { isOwnChannel } from '../own-traffic.js';
import type { PayloadView } from '../payloads/payload-view.js';
import { classNameOf, cutKey, cutName, errorText } from '../rows/cut.js';
import type { RowStream } from '../rows/row.stream.js';
import type { Stories } from '../rows/stories.js';
import { PerSecond } from './per-second.js';

/** Most channels that a row lists. */
const NAMED = 20;

export interface TrafficRates {
  readonly messagesPerSecond: number;
  readonly broadcastsPerSecond: number;
  readonly deliveriesPerSecond: number;
}

export class TrafficCollector {
  private readonly messages = new PerSecond();
  private readonly broadcasts = new PerSecond();
  private readonly deliveries = new PerSecond();

  constructor(
    private readonly rows: RowStream,
    private readonly stories: Stories,
    private readonly view: PayloadView,
  ) {}

  listen(hooks: RealtimeHooks): this {
    this.listenToMessages(hooks);
    this.listenToBridge(hooks);
    this.listenToBroadcasts(hooks);
    return this;
  }

  rates(at: number): TrafficRates {
    return {
      messagesPerSecond: this.messages.last(at),
      broadcastsPerSecond: this.broadcasts.last(at),
      deliveriesPerSecond: this.deliveries.last(at),
    };
  }

  private listenToMessages(hooks: RealtimeHooks): void {
    hooks.on('handled', ({ connection, channel: { name }, message, code, durationMs }) => {
      if (isOwnChannel(name)) return;
      this.messages.add(Date.now());
      this.rows.add('message', (stamp) => ({
        ...stamp,
        kind: 'message',
        story: this.stories.of(hooks.cause),
        channel: cutKey(name),
        message: cutName(message),
        userId: connection.user && cutKey(connection.user.userId),
        code,
        durationMs,
      }));
    });
  }

  private listenToBridge(hooks: RealtimeHooks): void {
    hooks.on('bridged', ({ source, descriptor, event, channels, error }) => {
      if (isOwnChannel(descriptor.name)) return;
      this.rows.add('bridge', (stamp) => ({
        ...stamp,
        kind: 'bridge',
        story: this.stories.of(source),
        name: classNameOf(source),
        template: cutKey(descriptor.name),
        event: cutName(event),
        channels: channels.slice(0, NAMED).map(({ name }) => cutKey(name)),
        error: error === null || error === undefined ? null : errorText(error),
      }));
    });
  }

  private listenToBroadcasts(hooks: RealtimeHooks): void {
    hooks.on('broadcast', ({ channel: { name }, event, payloadBytes, recipients, payload, cause }) => {
      if (isOwnChannel(name)) return;
      const at = Date.now();
      this.broadcasts.add(at);
      this.deliveries.add(at, recipients);
      this.rows.add('broadcast', (stamp) => ({
        ...stamp,
        kind: 'broadcast',
        story: this.stories.of(cause),
        channel: cutKey(name),
        event: cutName(event),
        payloadBytes,
        deliveries: recipients,
        ...this.view.of(payload),
      }));
    });
  }
}
