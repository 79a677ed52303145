// What does docs/operations.md show the commands of? A shop, in which a guard decides who is a member of an order.
import { Injectable, Module, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { decorate } from './decorate.mjs';

class AppAuthenticator {
  authenticate() {
    return Promise.resolve(null);
  }
}
decorate(AppAuthenticator, [Injectable()]);

/** Order 42 is ann's. */
class OrderMemberGuard {
  canActivate(context) {
    const realtime = RealtimeExecutionContext.create(context);
    return realtime.getParams().orderId === '42' && realtime.getUser()?.userId === 'ann';
  }
}

/** Would ask a database. */
class NotFrozenGuard {
  canActivate() {
    return true;
  }
}

const note = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
const order = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: note, noted: note },
  messages: { addNote: note, typing: { payload: note, whisper: true } },
});
const news = defineRealtimeChannel({ name: 'news', scope: 'public', events: { posted: note } });
const audit = defineRealtimeChannel({ name: 'audit', scope: { role: 'admin' }, messages: { sign: note } });

class OnAddNote {
  add() {}
}
decorate(OnAddNote, [RealtimeChannel(order), UseGuards(OrderMemberGuard)], {
  add: [RealtimeHandler('addNote'), UseGuards(NotFrozenGuard)],
});

class OrdersModule {}
decorate(OrdersModule, [Module({ providers: [OnAddNote] })]);

export class AppModule {}
decorate(AppModule, [
  Module({
    imports: [
      RealtimeModule.forRoot({ authenticator: AppAuthenticator, hosts: ['localhost'] }),
      RealtimeModule.forFeature([news, audit]),
      OrdersModule,
    ],
  }),
]);
