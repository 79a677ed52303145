// Which modules, ports and listeners compile? Checked by `npm run typecheck`.
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { expectTypeOf } from 'expect-type';
import { here, inbox, orders, ping, silent } from '../../contract/test/channels.js';
import {
  IRealtimeAuthenticator,
  type IRealtimeBroadcaster,
  type IRealtimeConnections,
  type RealtimeConnection,
  RealtimeExecutionContext,
  type RealtimeHooks,
  RealtimeModule,
  type RealtimeUser,
} from './index.js';
import { RecordingRealtimeBroadcaster } from './testing/index.js';

const order = orders.with({ orderId: '42' });

/** The fakes accept and refuse the same calls as the port. */
export async function recordings(recording: RecordingRealtimeBroadcaster): Promise<void> {
  const port: IRealtimeBroadcaster = recording;
  await port.broadcast(ping, { n: 1 });
  expectTypeOf(recording.payloadsOf('ping')).toEqualTypeOf<unknown[]>();
}

abstract class Base extends IRealtimeAuthenticator {}
class Auth extends Base {
  async authenticate(): Promise<null> {
    return null;
  }
}
class Config {
  get(_key: string): string {
    return '';
  }
}

export function modules(): void {
  RealtimeModule.forRoot();
  RealtimeModule.forRoot({ authenticator: Auth, origins: ['https://*.a.example'], limits: { payloadDepth: 4 } });
  RealtimeModule.forRoot({ authenticator: Auth, lease: '60s', limits: { connectionsPerUser: 10 } });
  RealtimeModule.forRoot({
    authenticator: { useExisting: Auth },
    limits: { connectionsPerUser: { max: 3, over: 'close-oldest' } },
    cookies: false,
  });
  RealtimeModule.forRoot({ authenticator: { inject: [Config], useFactory: (_config: Config) => new Auth() } });
  RealtimeModule.forRootAsync({
    authenticator: Auth,
    inject: [Config],
    useFactory: (config: Config) => ({ origins: (origin) => origin === config.get('O'), requestTimeout: '15s' }),
  });
  RealtimeModule.forRootAsync({ useFactory: async () => ({ path: '/live' }), authenticator: Auth });
  RealtimeModule.forFeature([orders, ping, inbox, here, silent]);
  // @ts-expect-error no such option
  RealtimeModule.forRoot({ connectionStateRecovery: {} });
  // @ts-expect-error no such limit
  RealtimeModule.forRoot({ limits: { depth: 4 } });
  // @ts-expect-error a duration has one of five units
  RealtimeModule.forRoot({ lease: '1 min' });
  // @ts-expect-error not an authenticator
  RealtimeModule.forRoot({ authenticator: Config });
  // @ts-expect-error not an instance either
  RealtimeModule.forRoot({ authenticator: {} });
  // @ts-expect-error parts are known when the module is declared
  RealtimeModule.forRootAsync({ useFactory: () => ({ authenticator: Auth }) });
  // @ts-expect-error one way to make settings is needed
  RealtimeModule.forRootAsync({ authenticator: Auth });
}

export async function ports(connections: IRealtimeConnections, connection: RealtimeConnection): Promise<void> {
  await connections.subscribe({ userId: 'ada' }, order);
  await connections.subscribe('caller', here);
  await connections.unsubscribe({ sessionId: 's' });
  await connections.unsubscribe({ userId: 'ada' }, order);
  await connections.reauthorize({ userId: 'ada' }, order);
  await connections.disconnect({ userId: 'ada' });
  await connections.disconnect(connection);
  // @ts-expect-error a number is no id
  await connections.disconnect({ userId: 42 });
  // @ts-expect-error an empty object names no party
  await connections.disconnect({});
  // @ts-expect-error one key of three
  await connections.disconnect({ userId: 'ada', sessionId: 's' });
  // @ts-expect-error a name is no channel
  await connections.subscribe({ userId: 'ada' }, 'rooms.r');
  // @ts-expect-error a channel with params needs with()
  await connections.subscribe({ userId: 'ada' }, orders);
  // @ts-expect-error a connection is read only
  connection.user = null;
}

export function listeners(hooks: RealtimeHooks): void {
  const off = hooks.on('refused', ({ code, channel, connection }) => {
    expectTypeOf(code).toEqualTypeOf<string>();
    expectTypeOf(channel?.name).toEqualTypeOf<string | undefined>();
    expectTypeOf(connection?.user).toEqualTypeOf<RealtimeUser | null | undefined>();
  });
  expectTypeOf(off).toEqualTypeOf<() => void>();
  hooks.on('authenticated', ({ before, user, connection: { connectionId } }) => [before?.userId, user, connectionId]);
  hooks.on('handled', ({ durationMs, channel }) => [durationMs, channel.descriptor.name, channel.name]);
  hooks.on('broadcast', ({ payload }) => expectTypeOf(payload).toBeUnknown());
  // @ts-expect-error no such hook
  hooks.on('connect', () => undefined);
}

export class RoomGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return RealtimeExecutionContext.create(context).getChannel(orders)?.params.orderId === '42';
  }
}
