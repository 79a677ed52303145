// What is published on the CQRS buses? Every event, by the name of its class, whether or not the bridge forwards it.
import type { DiscoveryService } from '@nestjs/core';
import type { RealtimeHooks } from 'nestjs-realtime';
import type { PayloadView } from '../payloads/payload-view.js';
import { classNameOf } from '../rows/cut.js';
import type { RowStream } from '../rows/row.stream.js';
import type { Stories } from '../rows/stories.js';

interface Subscription {
  unsubscribe(): void;
}

/** An `EventBus` of @nestjs/cqrs. */
interface Bus {
  subscribe(observer: { next: (event: unknown) => void; error: () => void }): Subscription;
}

export class BusEventsCollector {
  private subscriptions: readonly Subscription[] = [];

  constructor(
    private readonly rows: RowStream,
    private readonly stories: Stories,
    private readonly view: PayloadView,
    private readonly hooks: Pick<RealtimeHooks, 'cause'>,
  ) {}

  /** Does nothing when @nestjs/cqrs is not installed. */
  async listen(discovery: DiscoveryService): Promise<void> {
    const buses = await busesAmong(discovery);
    this.subscriptions = buses.map((bus) =>
      bus.subscribe({ next: (event) => this.addRow(event), error: () => undefined }),
    );
  }

  close(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  /** Runs inside `publish()`: an error thrown here would end the process. */
  private addRow(event: unknown): void {
    if (typeof event !== 'object' || event === null) return;
    // A handler that publishes before its first await tells its own story with it.
    this.stories.join(event, this.hooks.cause);
    this.rows.add('event', (stamp) => ({
      ...stamp,
      kind: 'event',
      story: this.stories.of(event),
      name: classNameOf(event),
      ...this.view.of(event),
    }));
  }
}

/** Usually one; more when several modules import `CqrsModule` without `forRoot()`. */
async function busesAmong(discovery: DiscoveryService): Promise<Bus[]> {
  const cqrs = await import('@nestjs/cqrs').catch(() => null);
  if (cqrs === null) return [];
  const instances: unknown[] = discovery.getProviders().map((wrapper) => wrapper.instance as unknown);
  return [...new Set(instances.filter((instance) => instance instanceof cqrs.EventBus))];
}
