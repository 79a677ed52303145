// Which application does the dashboard observe in its tests? One with a few channels, an authenticator and clients.
import { type CanActivate, type ExecutionContext, Injectable, type ModuleMetadata } from '@nestjs/common';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeModuleOptions,
} from 'nestjs-realtime';
import {
  type DashboardFrame,
  type DashboardSnapshot,
  RealtimeDashboardModule,
  type RealtimeDashboardModuleOptions,
  type StreamRow,
} from '@nestjs-realtime/dashboard';
import { z } from 'zod';
import { type BootOptions, boot, type TestApp } from '../kit/boot.js';
import type { Client, ClientOptions, Reply } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { until } from '../kit/until.js';

export const LIVE = 'realtime-dashboard.live';

export const newsChannel = defineRealtimeChannel({
  name: 'news',
  scope: 'public',
  events: { item: z.any() },
  messages: {
    say: z.object({ text: z.string() }),
    vote: { payload: z.object({ text: z.string() }), errors: { VOTE_CLOSED: null } },
  },
});
export const roomChannel = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  events: { said: z.any() },
  messages: {},
});
export const editorChannel = defineRealtimeChannel({ name: 'editors', scope: { role: 'editor' }, events: {} });

@RealtimeChannel(newsChannel)
class OnSay {
  @RealtimeHandler(newsChannel, 'say')
  say({ text }: { text: string }): void {
    if (text === 'no') throw new RealtimeException('UNAVAILABLE', { reason: 'the press is closed' });
  }

  @RealtimeHandler(newsChannel, 'vote')
  vote({ text }: { text: string }, ctx: RealtimeContext<typeof newsChannel, 'vote'>): void {
    throw text === 'late'
      ? ctx.refusal('VOTE_CLOSED', { reason: 'the polls closed at six' })
      : new RealtimeException(`NO_VOTE_FOR_${text}`);
  }
}

/** A guard of gate 1 that lets no anonymous client connect. */
@Injectable()
export class UsersOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return RealtimeExecutionContext.create(context).getUser() !== null;
  }
}

export interface DashboardApp {
  readonly dashboard?: RealtimeDashboardModuleOptions;
  readonly realtime?: RealtimeModuleOptions;
  readonly module?: ModuleMetadata;
  readonly boot?: BootOptions;
}

export function bootDashboard({ dashboard, realtime, module, boot: options }: DashboardApp = {}): Promise<TestApp> {
  return boot(
    {
      ...module,
      imports: [
        ...(module?.imports ?? []),
        RealtimeModule.forRoot({ ...realtime, authenticator: KnownUsers }),
        RealtimeModule.forFeature([roomChannel, editorChannel]),
        RealtimeDashboardModule.forRoot(dashboard),
      ],
      providers: [...(module?.providers ?? []), OnSay],
    },
    options,
  );
}

/** A client that is subscribed to the dashboard's channel, with every frame that it has received. */
export class Viewer {
  private constructor(readonly client: Client) {}

  static async of(app: TestApp, options: ClientOptions = { as: 'root' }): Promise<Viewer> {
    const viewer = new Viewer(await app.connect(options));
    const reply = await viewer.client.subscribe(LIVE);
    if (!reply.ok) throw new Error(`The viewer was refused: ${reply.error?.code}`);
    return viewer;
  }

  get frames(): readonly DashboardFrame[] {
    return this.client.events.filter(({ channel }) => channel === LIVE).map(({ payload }) => payload as DashboardFrame);
  }

  get rows(): readonly StreamRow[] {
    return this.frames.flatMap(({ rows }) => rows);
  }

  async open(): Promise<DashboardSnapshot> {
    const { data } = await this.send('open');
    return data as DashboardSnapshot;
  }

  send(event: string, payload?: unknown): Promise<Reply> {
    return this.client.send(LIVE, event, payload);
  }

  /** Resolves with the first row of that kind that fits. */
  async row<Kind extends StreamRow['kind']>(
    kind: Kind,
    fits: (row: Extract<StreamRow, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<StreamRow, { kind: Kind }>> {
    const ofKind = (): Extract<StreamRow, { kind: Kind }>[] =>
      this.rows.filter((row): row is Extract<StreamRow, { kind: Kind }> => row.kind === kind && fits(row as never));
    return (await until(ofKind, (rows) => rows.length > 0))[0];
  }

  /** Resolves with the first frame that fits. */
  async frame(fits: (frame: DashboardFrame) => boolean): Promise<DashboardFrame> {
    return (
      await until(
        () => this.frames.filter(fits),
        (frames) => frames.length > 0,
      )
    )[0];
  }
}
