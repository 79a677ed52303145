// Which application do the tests of authority share? Channels of every kind, over accounts that a test changes.
import { Module, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeConnections,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeSettings,
} from 'nestjs-realtime';
import { IRealtimeTracer, type SpanOptions } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { boot, type TestApp } from '../kit/boot.js';
import { AccountAuthenticator, Accounts, MemberGuard } from './accounts.js';

const payload = z.object({ n: z.number() });
export const newsChannel = defineRealtimeChannel({ name: 'news', scope: 'public', payload });
export const insideChannel = defineRealtimeChannel({
  name: 'inside',
  scope: 'authenticated',
  payload,
  messages: { say: payload },
});
export const staffChannel = defineRealtimeChannel({ name: 'staff', scope: { role: 'staff' }, payload });
export const roomChannel = defineRealtimeChannel({ name: 'room.{roomId}', scope: 'authenticated', payload });

@RealtimeChannel(roomChannel)
@UseGuards(MemberGuard)
class OnRoom {}

@RealtimeChannel(insideChannel)
class OnSay {
  @RealtimeHandler('say')
  say(): void {}
}

@Module({ providers: [Accounts], exports: [Accounts] })
class AccountsModule {}

/** How often gate 2 has been passed. */
export class GateCounter extends IRealtimeTracer {
  subscribeGates = 0;

  override span<Result>({ attributes }: SpanOptions, run: () => Result): Result {
    if (attributes.gate === 'SubscribeGuard') this.subscribeGates++;
    return run();
  }
}

export interface AuthorityApp {
  readonly app: TestApp;
  readonly accounts: Accounts;
  readonly connections: IRealtimeConnections;
  readonly gates: GateCounter;
}

export async function bootAuthority(settings: RealtimeSettings = {}): Promise<AuthorityApp> {
  const app = await boot({
    imports: [
      AccountsModule,
      RealtimeModule.forRoot({
        imports: [AccountsModule],
        authenticator: AccountAuthenticator,
        tracer: GateCounter,
        ...settings,
      }),
      RealtimeModule.forFeature([newsChannel, staffChannel]),
    ],
    providers: [OnRoom, OnSay],
  });
  return {
    app,
    accounts: app.nest.get(Accounts),
    connections: app.nest.get(IRealtimeConnections),
    gates: app.nest.get<GateCounter>(IRealtimeTracer),
  };
}
