// How does the dashboard start and stop with the application? It finds the realtime layer, listens to its hooks, and registers its channel.
import { Injectable, type OnModuleDestroy, type OnModuleInit, Scope } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import {
  IRealtimeBroadcaster,
  IRealtimeHandlerRegistry,
  IRealtimeConnections,
  RealtimeFault,
  RealtimeHooks,
} from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { RealtimeDashboardOptions } from '../dashboard.options.js';
import { DashboardActions } from './dashboard.actions.js';
import { dashboardChannel } from '../wire/dashboard.channel.js';
import { DashboardFeed } from './dashboard.feed.js';
import { Observations } from './observations.js';
import { Viewers } from './viewers.js';

type UsedPart = abstract new (...args: never[]) => object;
const USED: readonly UsedPart[] = [
  IRealtimeServer,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  IRealtimeHandlerRegistry,
];

@Injectable()
export class FeedLife implements OnModuleInit, OnModuleDestroy {
  private seen: Observations;
  private feed: DashboardFeed;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly discovery: DiscoveryService,
    private readonly options: RealtimeDashboardOptions,
  ) {}

  /** @throws RealtimeFault if RealtimeModule is missing, or the application declares a channel of the same name. */
  async onModuleInit(): Promise<void> {
    if (USED.some((part) => this.isRequestScoped(part))) return;
    const hooks = this.find(RealtimeHooks);
    this.seen = new Observations(hooks, this.find(IRealtimeServer), this.options);
    const channel = dashboardChannel(this.options.role);
    const broadcaster = this.find(IRealtimeBroadcaster);
    const viewers: Viewers = new Viewers(hooks, (isWatched) => (isWatched ? this.feed.start() : this.feed.stop()));
    const ownRooms = (): number => (viewers.count > 0 ? 1 : 0);
    this.feed = new DashboardFeed(this.seen, this.options.payloads, ownRooms, (frame) => {
      // The broadcaster has logged the error; the next frame follows in a quarter of a second.
      broadcaster.broadcast(channel, 'frame', frame).catch(() => undefined);
    });
    const registry = this.find(IRealtimeHandlerRegistry);
    const actions = new DashboardActions(this.find(IRealtimeConnections), registry, this.seen.stream);
    registry.register(channel, 'open', () => this.feed.snapshot());
    registry.register(channel, 'disconnect', (payload, context) => actions.disconnect(payload, context));
    registry.register(channel, 'evict', (payload, context) => actions.evict(payload, context));
    await this.seen.discover(this.discovery);
  }

  async onModuleDestroy(): Promise<void> {
    this.feed?.stop();
    await this.seen?.close();
  }

  /** A part of realtime that is request-scoped is a fault that RealtimeModule reports. */
  private isRequestScoped(part: UsedPart): boolean {
    try {
      return this.moduleRef.introspect(part as never).scope === Scope.REQUEST;
    } catch {
      return false; // There is none.
    }
  }

  private find<Part>(part: abstract new (...args: never[]) => Part): Part {
    try {
      return this.moduleRef.get<Part>(part, { strict: false });
    } catch (cause) {
      const fault = new RealtimeFault('RealtimeDashboardModule needs RealtimeModule.forRoot(); import both.');
      throw Object.assign(fault, { cause });
    }
  }
}
