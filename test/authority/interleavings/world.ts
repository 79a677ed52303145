// How is the library driven without a network? Its services as the module wires them, under connections that only remember.
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type ChannelAddress,
  type ChannelMatch,
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  IRealtimeRevocation,
  RealtimeChannel,
  RealtimeConnection,
  RealtimeExecutionContext,
  RealtimeHandler,
  type RealtimeHandshake,
  RealtimeModule,
  type RealtimeUser,
} from 'nestjs-realtime';
import type { StandardSchema } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { RealtimeCounters } from '../../../libs/realtime/src/connections/realtime.counters.js';
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

/** A message carries the way to say that its handler has begun. */
interface Said {
  begin(): void;
}

/** Channels of every scope, whose messages take their time in a guard, in the schema, in a pipe and in an interceptor. */
function channelsOver(truth: PresentTruth) {
  const payload = z.unknown();
  const slowly: StandardSchema<Said> = {
    '~standard': {
      version: 1,
      vendor: 'interleavings',
      validate: (value) => truth.current.answer({ value: value as Said }),
    },
  };
  const slowPipe: PipeTransform = { transform: (value: unknown) => truth.current.answer(value) };
  const slowInterceptor: NestInterceptor = {
    intercept: async (_context, next) => {
      await truth.current.answer(null);
      return next.handle();
    },
  };
  const room = defineRealtimeChannel({
    name: 'room.{roomId}',
    scope: 'authenticated',
    payload,
    messages: { say: slowly },
  });
  const inside = defineRealtimeChannel({ name: 'inside', scope: 'authenticated', payload, messages: { say: slowly } });
  const staff = defineRealtimeChannel({ name: 'staff', scope: { role: 'staff' }, payload, messages: { say: slowly } });

  @RealtimeChannel(room)
  @UseGuards(RoomGuard)
  class OnRoom {
    @UsePipes(slowPipe)
    @RealtimeHandler('say')
    say(said: Said): void {
      said.begin();
    }
  }

  @RealtimeChannel(inside)
  class OnInside {
    @UseInterceptors(slowInterceptor)
    @RealtimeHandler('say')
    say(said: Said): void {
      said.begin();
    }
  }

  @RealtimeChannel(staff)
  class OnStaff {
    @RealtimeHandler('say')
    async say(said: Said): Promise<void> {
      said.begin();
      await truth.current.answer(null);
    }
  }
  return [OnRoom, OnInside, OnStaff];
}

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

  protected override enter(match: ChannelMatch): ChannelMatch {
    this.rooms.add(match.name);
    return match;
  }

  protected override exit({ name }: ChannelAddress): void {
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
  readonly counters: RealtimeCounters;
  readonly revocation: IRealtimeRevocation;
}

export async function createWorld(): Promise<World> {
  const truth = new PresentTruth();
  class TruthModule {}
  const module = await Test.createTestingModule({
    imports: [
      {
        module: TruthModule,
        global: true,
        providers: [{ provide: PresentTruth, useValue: truth }],
        exports: [PresentTruth],
      },
      RealtimeModule.forRoot({ authenticator: TruthfulAuthenticator, limits: { messageBurst: 1_000_000 } }),
    ],
    providers: channelsOver(truth),
  }).compile();
  await module.init();
  return {
    module,
    truth,
    life: module.get(ConnectionLife, { strict: false }),
    dispatcher: module.get(RequestDispatcher, { strict: false }),
    counters: module.get(RealtimeCounters, { strict: false }),
    revocation: module.get(IRealtimeRevocation),
  };
}
