// How does the page get exactly the rows that a test needs? From an application that serves the dashboard's channel with sample data.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import {
  IRealtimeBroadcaster,
  IRealtimeConnections,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { dashboardPageController } from '../../../libs/dashboard/src/dashboard-page.controller.js';
import {
  dashboardChannel,
  type DisconnectUser,
  type EvictUser,
  type ListMembers,
} from '../../../libs/dashboard/src/wire/dashboard.channel.js';
import type {
  DashboardFrame,
  DashboardSnapshot,
  Listing,
  MemberRow,
} from '../../../libs/dashboard/src/wire/feed.frames.js';
import { boot, type TestApp } from '../../kit/boot.js';
import { KnownUsers } from '../../kit/known-users.js';
import { snapshot } from './sample-feed.js';

export const PATH = '/realtime-dashboard';
const channel = dashboardChannel('admin');

/** What the application answers, and what the page has requested. */
@Injectable()
export class Script {
  snapshot: () => DashboardSnapshot = () => snapshot();
  members: (channel: string) => Listing<MemberRow> = () => ({ rows: [], more: 0 });
  /** The error that actions throw; null if they succeed. */
  failure: Error | null = null;
  opened = 0;
  readonly actions: object[] = [];
}

@RealtimeChannel(channel)
class OnDashboard {
  constructor(private readonly script: Script) {}

  @RealtimeHandler(channel, 'open')
  open(): DashboardSnapshot {
    this.script.opened++;
    return this.script.snapshot();
  }

  @RealtimeHandler(channel, 'members')
  members({ channel: name }: ListMembers): Listing<MemberRow> {
    if (this.script.failure) throw this.script.failure;
    return this.script.members(name);
  }

  @RealtimeHandler(channel, 'disconnect')
  disconnect({ userId }: DisconnectUser): void {
    if (this.script.failure) throw this.script.failure;
    this.script.actions.push({ disconnect: userId });
  }

  @RealtimeHandler(channel, 'evict')
  evict({ userId, channel: from }: EvictUser): void {
    if (this.script.failure) throw this.script.failure;
    this.script.actions.push({ evict: userId, from });
  }
}

export class StandIn {
  private readonly sockets = new Set<Socket>();

  private constructor(readonly app: TestApp) {
    (app.nest.getHttpServer() as Server).on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  static async boot(): Promise<StandIn> {
    return new StandIn(
      await boot({
        imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, limits: { connectionsPerUser: 1_000 } })],
        controllers: [dashboardPageController(PATH)],
        providers: [Script, OnDashboard],
      }),
    );
  }

  get script(): Script {
    return this.app.nest.get(Script);
  }

  get page(): string {
    return `${this.app.url}${PATH}`;
  }

  async send(frame: DashboardFrame): Promise<void> {
    await this.app.nest.get(IRealtimeBroadcaster).broadcast(channel, 'frame', frame);
  }

  /** Destroys every TCP connection, as a broken cable would. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Ends every connection of the user. */
  async revoke(userId: string): Promise<void> {
    await this.app.nest.get(IRealtimeConnections).disconnect({ userId });
  }
}
