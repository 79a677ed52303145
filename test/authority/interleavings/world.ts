// How is the library driven without a network? Its services as the module wires them, under connections that only remember.
import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type ChannelMatch,
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  IRealtimeRevocation,
  type JoinedChannel,
  RealtimeChannel,
  RealtimeConnection,
  RealtimeExecutionContext,
  type RealtimeHandshake,
  RealtimeModule,
  type RealtimeUser,
} from 'nestjs-realtime';
import { z } from 'zod';
import { ConnectionDirectory } from '../../../libs/realtime/src/connections/connection.directory.js';
import { ConnectionLife } from '../../../libs/realtime/src/gateway/connection.life.js';
import { RequestDispatcher } from '../../../libs/realtime/src/gateway/request.dispatcher.js';
import type { Member } from './model.js';
import { type Channel, Truth, type UserId } from './truth.js';

/** What the guard and the authenticator ask; each run brings its own. */
@Injectable()
export class PresentTruth {
  current = new Truth([false]);

  user(userId: UserId): RealtimeUser {
    return { userId, roles: this.current.allows(userId, 'staff') ? ['staff'] : [] };
  }
}

@Injectable()
class TruthfulAuthenticator extends IRealtimeAuthenticator {
  constructor(private readonly truth: PresentTruth) {
    super();
  }

  authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser> {
    return this.truth.current.answer(this.truth.user(handshake.auth.user as UserId));
  }

  override refresh(user: RealtimeUser): Promise<RealtimeUser> {
    return this.truth.current.answer(this.truth.user(user.userId as UserId));
  }
}

@Injectable()
class RoomGuard implements CanActivate {
  constructor(private readonly truth: PresentTruth) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    const { connection, channel } = RealtimeExecutionContext.create(context).getRequest();
    const { member } = connection as RememberingConnection;
    return this.truth.current.judge(member, member.user, channel as Channel);
  }
}

const payload = z.unknown();

@RealtimeChannel(defineRealtimeChannel({ name: 'room.{roomId}', scope: 'authenticated', payload }))
@UseGuards(RoomGuard)
class OnRoom {}

/** A transport that carries nothing: it knows who would hear a broadcast. */
export class RememberingConnection extends RealtimeConnection {
  readonly rooms = new Set<string>();

  constructor(
    id: string,
    readonly member: Member,
    private readonly told: (frame: string, body: unknown) => void,
    private readonly hangUp: (connection: RememberingConnection) => void,
  ) {
    super(id);
  }

  override get handshake(): RealtimeHandshake {
    return { auth: { user: this.member.user }, cookies: {}, headers: {}, address: '127.0.0.1' };
  }

  /** It always speaks for its member. */
  override acceptAuth(): void {}

  override get client(): unknown {
    return this;
  }

  override disconnect(): void {
    this.hangUp(this);
  }

  protected override enter(name: string, { descriptor, params }: ChannelMatch): JoinedChannel {
    this.rooms.add(name);
    return { name, descriptor, params };
  }

  protected override exit({ name }: JoinedChannel): void {
    this.rooms.delete(name);
  }

  protected override notify(frame: string, body: unknown): void {
    this.told(frame, body);
  }
}

export interface World {
  readonly module: TestingModule;
  readonly truth: PresentTruth;
  readonly life: ConnectionLife;
  readonly dispatcher: RequestDispatcher;
  readonly directory: ConnectionDirectory;
  readonly revocation: IRealtimeRevocation;
}

export async function createWorld(): Promise<World> {
  class TruthModule {}
  const module = await Test.createTestingModule({
    imports: [
      { module: TruthModule, global: true, providers: [PresentTruth], exports: [PresentTruth] },
      RealtimeModule.forRoot({ authenticator: TruthfulAuthenticator, limits: { messageBurst: 1_000_000 } }),
      RealtimeModule.forFeature([
        defineRealtimeChannel({ name: 'inside', scope: 'authenticated', payload }),
        defineRealtimeChannel({ name: 'staff', scope: { role: 'staff' }, payload }),
      ]),
    ],
    providers: [OnRoom],
  }).compile();
  await module.init();
  return {
    module,
    truth: module.get(PresentTruth),
    life: module.get(ConnectionLife, { strict: false }),
    dispatcher: module.get(RequestDispatcher, { strict: false }),
    directory: module.get(ConnectionDirectory, { strict: false }),
    revocation: module.get(IRealtimeRevocation),
  };
}
