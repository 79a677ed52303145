// Does a client hear of an instance what a controller with ClassSerializerInterceptor sends of it?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ClassSerializerInterceptor, Controller, Get, UseInterceptors } from '@nestjs/common';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import { IsDate, IsInstance, IsInt, IsString, ValidateNested } from 'class-validator';
import { defineRealtimeChannel, RealtimeChannel, RealtimeHandler, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';

class OrderId {
  private readonly i0 = 7;
  toJSON(): string {
    return `order-${this.i0}`;
  }
}
class Line {
  @IsString()
  @Expose({ name: 'product_name' })
  product: string;
  @IsInt()
  @Transform(({ value }: { value: number }) => `${(value / 100).toFixed(2)} €`, { toPlainOnly: true })
  price: number;
  @IsString()
  @Exclude()
  supplier: string;
}
class Order {
  @IsInstance(OrderId)
  @Type(() => OrderId)
  @Transform(({ value }: { value: OrderId }) => value.toJSON(), { toPlainOnly: true })
  id: OrderId;
  @IsString()
  @Expose({ name: 'user_id' })
  userId: string;
  @IsDate()
  at: Date;
  @ValidateNested()
  @Type(() => Line)
  main: Line;
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines: Line[];
  @Expose()
  get size(): number {
    return this.lines.length;
  }
}
const line = { product: 'tea', price: 250, supplier: 'SECRET' };
const anOrder = (): Order => {
  const main = Object.assign(new Line(), line);
  return Object.assign(new Order(), { id: new OrderId(), userId: 'ann', at: new Date(0), main, lines: [main, main] });
};

const ordersChannel = defineRealtimeChannel({
  name: 'orders',
  scope: 'public',
  events: { placed: Order },
  messages: {
    last: { payload: z.string(), reply: Order },
    fail: { payload: z.string(), errors: { GONE: Order } },
  },
});

const REPLIES: Record<string, () => unknown> = {
  instance: anOrder,
  broken: () => Object.assign(anOrder(), { main: { ...line, price: 1n } }),
};

@RealtimeChannel(ordersChannel)
class OnOrders {
  @RealtimeHandler('last')
  last(name: string): Order {
    return REPLIES[name]() as Order;
  }
  @RealtimeHandler('fail')
  fail(_name: string, ctx: { refusal(code: 'GONE', options: { data: Order }): Error }): never {
    throw ctx.refusal('GONE', { data: anOrder() });
  }
}

@Controller('orders')
@UseInterceptors(ClassSerializerInterceptor)
class OrdersController {
  @Get()
  last(): Order {
    return anOrder();
  }
}

describe.each(HTTP_ADAPTERS)('an instance of a class, on %s', (http) => {
  let app: TestApp;
  const logs = new LogBook();

  beforeAll(async () => {
    app = await boot(
      {
        imports: [RealtimeModule.forRoot({ authenticator: KnownUsers }), RealtimeModule.forFeature([ordersChannel])],
        controllers: [OrdersController],
        providers: [OnOrders],
      },
      { http, logger: logs },
    );
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  it('is sent as over HTTP: as an event, as a reply, and as the data of an error', async () => {
    const overHttp = (await (await fetch(`${app.url}/orders`)).json()) as unknown;
    const sent = { product_name: 'tea', price: '2.50 €' };
    expect(overHttp).toMatchObject({ user_id: 'ann', id: 'order-7', main: sent, lines: [sent, sent], size: 2 });
    const client = await app.connect();
    await client.subscribe('orders');
    await app.broadcast(ordersChannel, 'placed', anOrder());
    await app.broadcast(ordersChannel, 'placed', { ...anOrder(), main: line, lines: [line, line], secret: 'SECRET' });
    await client.settle();
    expect(client.events.map(({ payload }) => payload)).toEqual([overHttp, overHttp]);
    expect(await client.send('orders', 'last', 'instance')).toEqual({ ok: true, data: overHttp });
    expect((await client.send('orders', 'fail', 'now')).error).toMatchObject({ code: 'GONE', data: overHttp });
  });

  it('is refused with the property and the cause where it cannot be sent', async () => {
    const broken = REPLIES.broken();
    await expect(app.broadcast(ordersChannel, 'placed', broken)).rejects.toThrow(
      'main.price: price must be an integer number',
    );
    const throwing = Object.assign(anOrder(), {
      id: Object.assign(new OrderId(), { toJSON: () => JSON.parse('{') as never }),
    });
    await expect(app.broadcast(ordersChannel, 'placed', throwing)).rejects.toThrow(
      /id: a @Transform of this property throws \(.*JSON/,
    );
    const client = await app.connect();
    await client.subscribe('orders');
    expect((await client.send('orders', 'last', 'broken')).error).toMatchObject({ code: 'INTERNAL' });
    expect(logs.errors().join('\n')).toContain('main.price: price must be an integer number');
  });
});
