// How does the dashboard start and stop with the application? It finds the realtime layer, listens to its hooks, and registers its channel.
import { Injectable, type OnModuleDestroy, type OnModuleInit, Scope } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import {
  IRealtimeHandlerRegistry,
  IRealtimeConnections,
  IRealtimePresence,
  RealtimeFault,
  RealtimeHooks,
} from 'nestjs-realtime';
import {
  type EncodedEvent,
  IRealtimeBroker,
  IRealtimeServer,
  PresenceCounts,
  RealtimeNodes,
} from 'nestjs-realtime/adapters';
import { RealtimeDashboardOptions } from '../dashboard.options.js';
import { DashboardActions } from './dashboard.actions.js';
import { DASHBOARD_CHANNEL, dashboardChannel } from '../wire/dashboard.channel.js';
import type { DashboardFrame, ElsewhereFrame } from '../wire/feed.frames.js';
import { DashboardFeed } from './dashboard.feed.js';
import { MemberList } from './member-list.js';
import { Observations } from './observations.js';
import { OtherNodes } from './other-nodes.js';
import { Sharing } from './sharing.js';
import { Viewers } from './viewers.js';

type UsedPart = abstract new (...args: never[]) => object;
const USED: readonly UsedPart[] = [IRealtimeServer, IRealtimeBroker, IRealtimeConnections, IRealtimeHandlerRegistry];

@Injectable()
export class FeedLife implements OnModuleInit, OnModuleDestroy {
  private seen: Observations;
  private feed: DashboardFeed;
  private sharing: Sharing;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly discovery: DiscoveryService,
    private readonly options: RealtimeDashboardOptions,
  ) {}

  /** @throws RealtimeFault if RealtimeModule is missing, or the application declares a channel of the same name. */
  async onModuleInit(): Promise<void> {
    if (USED.some((part) => this.isRequestScoped(part))) return;
    const hooks = this.find(RealtimeHooks);
    const server = this.find(IRealtimeServer);
    const nodes = this.find(RealtimeNodes);
    const own = { nodes, broker: this.find(IRealtimeBroker) };
    this.seen = new Observations(hooks, server, this.options, own, this.find(PresenceCounts));
    const channel = dashboardChannel(this.options.role);
    const viewers: Viewers = new Viewers(hooks, (isWatched) => (isWatched ? this.feed.start() : this.feed.stop()));
    const ownRooms = (): number => (viewers.count > 0 ? 1 : 0);
    this.feed = new DashboardFeed(this.seen, this.options.payloads, ownRooms, new OtherNodes(nodes), (frame) => {
      // To the viewers of this node alone: a broadcast would go to all nodes.
      this.seen.discount(server.deliver(eventOf('frame', frame)));
    });
    this.sharing = new Sharing(this.seen, own, (frame) => {
      // To the viewers of all other nodes. What is lost is lost: the next rows follow in a second.
      own.broker.publish(eventOf('elsewhere', frame)).catch(() => undefined);
    });
    nodes.tell(() => this.sharing.report());
    const registry = this.find(IRealtimeHandlerRegistry);
    const actions = new DashboardActions(this.find(IRealtimeConnections), registry, this.seen.stream);
    registry.register(channel, 'open', () => this.feed.snapshot());
    const members = new MemberList(this.find(IRealtimePresence), registry, this.seen.view);
    registry.register(channel, 'members', (payload, context) => members.of(payload, context));
    registry.register(channel, 'disconnect', (payload, context) => actions.disconnect(payload, context));
    registry.register(channel, 'evict', (payload, context) => actions.evict(payload, context));
    await this.seen.discover(this.discovery);
  }

  async onModuleDestroy(): Promise<void> {
    this.feed?.stop();
    this.sharing?.stop();
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

function eventOf(event: 'frame' | 'elsewhere', payload: DashboardFrame | ElsewhereFrame): EncodedEvent {
  return { channels: [DASHBOARD_CHANNEL], event, json: JSON.stringify(payload) };
}
