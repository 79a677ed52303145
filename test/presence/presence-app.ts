// An application whose channels have presence, for tests of who is there.
import { type CanActivate, Injectable, type ModuleMetadata } from '@nestjs/common';
import {
  type ChannelAddress,
  defineRealtimeChannel,
  IRealtimePresence,
  MemberData,
  type MemberOf,
  OnJoin,
  OnLeave,
  OnUserOffline,
  OnUserOnline,
  RealtimeChannel,
  RealtimeModule,
  type RealtimeSettings,
  SessionAuthenticator,
  type RealtimeUser,
  UsePresenceGuards,
  WatchableUsers,
} from 'nestjs-realtime';
import type { IRealtimeBroker } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { boot, type TestApp } from '../kit/boot.js';

const Mood = z.object({ mood: z.enum(['busy', 'free']) });

export const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'authenticated',
  events: { said: z.string() },
  presence: { data: Mood, setBy: 'member', gather: '10ms' },
});
export const kept = defineRealtimeChannel({
  name: 'kept.{roomId}',
  scope: 'authenticated',
  events: { said: z.string() },
  history: true,
  presence: { gather: '10ms' },
});
export const hidden = defineRealtimeChannel({
  name: 'hidden',
  scope: 'authenticated',
  presence: { visibleTo: 'nobody', gather: '10ms' },
});
export const staffed = defineRealtimeChannel({
  name: 'staffed',
  scope: 'authenticated',
  presence: { visibleTo: { role: 'editor' }, gather: '10ms' },
});
export const guarded = defineRealtimeChannel({
  name: 'guarded',
  scope: 'authenticated',
  presence: { gather: '10ms' },
});

/** A session's id is the user's, with a role behind a slash: `bob/editor`. */
@Injectable()
export class AnyUser extends SessionAuthenticator {
  readonly roles = new Map<string, string[]>();

  protected async findUser(sessionId: string): Promise<RealtimeUser | null> {
    const [userId, role] = sessionId.split('/');
    return { userId, roles: this.roles.get(userId) ?? (role === undefined ? [] : [role]) };
  }

  override refresh({ userId, roles }: RealtimeUser): Promise<RealtimeUser | null> {
    return Promise.resolve({ userId, roles: this.roles.get(userId) ?? roles });
  }
}

@Injectable()
export class Trusted implements CanActivate {
  static isOpen = true;

  canActivate(): boolean {
    return Trusted.isOpen;
  }
}

@Injectable()
@RealtimeChannel(room)
export class OnRoom {
  moods = new Map<string, unknown>();
  readonly told: string[] = [];
  hold: Promise<void> | null = null;

  @MemberData(room)
  mood({ userId }: RealtimeUser): { mood: 'busy' | 'free' } {
    return (this.moods.get(userId) ?? { mood: 'free' }) as { mood: 'free' };
  }

  @OnJoin(room)
  async joined({ userId, data }: MemberOf<typeof room>, { params }: ChannelAddress<typeof room>): Promise<void> {
    await this.hold;
    this.told.push(`+${userId} ${data?.mood} ${params.roomId}`);
  }

  @OnLeave(room)
  left({ userId, data }: MemberOf<typeof room>, { params }: ChannelAddress<typeof room>): void {
    this.told.push(`-${userId} ${data?.mood} ${params.roomId}`);
  }
}

@RealtimeChannel(guarded)
@UsePresenceGuards(Trusted)
export class OnGuarded {}

@Injectable()
export class Users {
  readonly told: string[] = [];
  /** The users that each user may watch. */
  readonly friends = new Map<string, readonly string[]>();

  @OnUserOnline()
  online(userId: string): void {
    this.told.push(`+${userId}`);
  }

  @OnUserOffline()
  offline(userId: string): void {
    this.told.push(`-${userId}`);
  }

  @WatchableUsers()
  watchable({ userId }: RealtimeUser, userIds: readonly string[]): readonly string[] {
    return userIds.filter((asked) => this.friends.get(userId)?.includes(asked) === true);
  }
}

export interface PresenceApp {
  readonly app: TestApp;
  readonly room: OnRoom;
  readonly users: Users;
  readonly presence: IRealtimePresence;
}

export async function bootPresence(
  settings: RealtimeSettings & { broker?: IRealtimeBroker } = {},
  modules: NonNullable<ModuleMetadata['imports']> = [],
): Promise<PresenceApp> {
  const app = await boot({
    imports: [
      RealtimeModule.forRoot({
        authenticator: AnyUser,
        presenceGather: 10,
        limits: { messagesPerSecond: 1_000, messageBurst: 1_000 },
        ...settings,
      }),
      RealtimeModule.forFeature([kept, hidden, staffed]),
      ...modules,
    ],
    providers: [OnRoom, OnGuarded, Users, Trusted],
  });
  return {
    app,
    room: app.nest.get(OnRoom),
    users: app.nest.get(Users),
    presence: app.nest.get(IRealtimePresence),
  };
}
