// How does the library run without a network? Its services are wired as in the module, with connections that only record.
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  type Provider,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type ChannelAddress,
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  IRealtimeConnections,
  RealtimeChannel,
  RealtimeExecutionContext,
  RealtimeHandler,
  type RealtimeHandshake,
  RealtimeModule,
  type RealtimeUser,
} from 'nestjs-realtime';
import { type ChannelMatch, LiveConnection } from 'nestjs-realtime/adapters';
import type { StandardSchema } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { RealtimeCounters } from '../../../libs/realtime/src/connections/realtime.counters.js';
import { ConnectionLife } from '../../../libs/realtime/src/gateway/connection.life.js';
import { RequestDispatcher } from '../../../libs/realtime/src/gateway/request.dispatcher.js';
import type { Member } from './model.js';
import { type Channel, Rights, type UserId } from './rights.js';

/** The rights that the guard and the authenticator read; each run sets its own. */
@Injectable()
export class PresentRights {
  current = new Rights([false]);

  user(userId: UserId): RealtimeUser {
    return { userId, roles: this.current.allows(userId, 'staff') ? ['staff'] : [] };
  }
}

@Injectable()
class RightsAuthenticator extends IRealtimeAuthenticator {
  constructor(private readonly rights: PresentRights) {
    super();
  }

  authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser> {
    return this.rights.current.answer(this.rights.user(handshake.auth.user as UserId));
  }

  override refresh(user: RealtimeUser): Promise<RealtimeUser> {
    return this.rights.current.answer(this.rights.user(user.userId as UserId));
  }
}

@Injectable()
class RoomGuard implements CanActivate {
  constructor(private readonly rights: PresentRights) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    const { live, channelName } = RealtimeExecutionContext.create(context).getRequest();
    const { member } = live as RememberingConnection;
    return this.rights.current.judge(member, member.user, channelName as Channel);
  }
}

/** A message carries a callback by which its handler reports that it has begun. */
interface Message {
  begin(): void;
}

/** Channels of every scope, whose messages wait in a guard, in the schema, in a pipe and in an interceptor. */
function channelsOver(rights: PresentRights): Pick<World, 'targets'> & { readonly providers: Provider[] } {
  const payload = z.unknown();
  const slowly: StandardSchema<Message> = {
    '~standard': {
      version: 1,
      vendor: 'interleavings',
      validate: (value) => rights.current.answer({ value: value as Message }),
    },
  };
  const slowPipe: PipeTransform = { transform: (value: unknown) => rights.current.answer(value) };
  const slowInterceptor: NestInterceptor = {
    intercept: async (_context, next) => {
      await rights.current.answer(null);
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
    say(message: Message): void {
      message.begin();
    }
  }

  @RealtimeChannel(inside)
  class OnInside {
    @UseInterceptors(slowInterceptor)
    @RealtimeHandler('say')
    say(message: Message): void {
      message.begin();
    }
  }

  @RealtimeChannel(staff)
  class OnStaff {
    @RealtimeHandler('say')
    async say(message: Message): Promise<void> {
      message.begin();
      await rights.current.answer(null);
    }
  }
  const rooms = { 'room.1': room.with({ roomId: '1' }), 'room.2': room.with({ roomId: '2' }) };
  return {
    providers: [OnRoom, OnInside, OnStaff],
    targets: { inside: inside.with({}), staff: staff.with({}), ...rooms },
  };
}

/** A transport that sends nothing: it records which connections would receive a broadcast. */
export class RememberingConnection extends LiveConnection {
  readonly rooms = new Set<string>();

  constructor(
    id: string,
    readonly member: Member,
    private readonly notified: (frame: string, body: unknown) => void,
    private readonly hangUp: (connection: RememberingConnection) => void,
  ) {
    super(id);
  }

  override get handshake(): RealtimeHandshake {
    return { auth: { user: this.member.user }, query: {}, cookies: {}, headers: {}, address: '127.0.0.1' };
  }

  /** The connection always belongs to its member. */
  override acceptAuth(): void {}

  override get client(): unknown {
    return this;
  }

  override disconnect(): void {
    this.hangUp(this);
  }

  override replay(): Promise<void> {
    return Promise.resolve();
  }

  override cutOff(): void {
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
    this.notified(frame, body);
  }
}

export interface World {
  readonly module: TestingModule;
  readonly rights: PresentRights;
  readonly life: ConnectionLife;
  readonly dispatcher: RequestDispatcher;
  readonly counters: RealtimeCounters;
  readonly targets: Readonly<Record<Channel, ChannelAddress>>;
  readonly connections: IRealtimeConnections;
}

export async function createWorld(): Promise<World> {
  const rights = new PresentRights();
  const { providers, targets } = channelsOver(rights);
  class RightsModule {}
  const module = await Test.createTestingModule({
    imports: [
      {
        module: RightsModule,
        global: true,
        providers: [{ provide: PresentRights, useValue: rights }],
        exports: [PresentRights],
      },
      RealtimeModule.forRoot({ authenticator: RightsAuthenticator, limits: { messageBurst: 1_000_000 } }),
    ],
    providers,
  }).compile();
  await module.init();
  return {
    module,
    rights,
    targets,
    life: module.get(ConnectionLife, { strict: false }),
    dispatcher: module.get(RequestDispatcher, { strict: false }),
    counters: module.get(RealtimeCounters, { strict: false }),
    connections: module.get(IRealtimeConnections),
  };
}
