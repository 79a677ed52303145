// What happens to clients that connect while the application boots, to a server that already listens?
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Injectable, type OnModuleInit } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { RealtimeModule } from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { Latch } from '../kit/latch.js';
import { RawSocket } from '../kit/raw-socket.js';
import { until } from '../kit/until.js';

describe('a client that connects before the application is ready', () => {
  let app: INestApplication;
  afterEach(() => app.close());

  it('passes no gate and must connect again', async () => {
    const reached = new Latch();
    const ready = new Latch();
    @Injectable()
    class Migrations implements OnModuleInit {
      async onModuleInit(): Promise<void> {
        reached.open();
        await ready.opened;
      }
    }

    const module = { imports: [RealtimeModule.forRoot()], providers: [Migrations] };
    const testing = await Test.createTestingModule(module).compile();
    app = testing.createNestApplication({ logger: false });
    const server = app.getHttpServer() as Server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const booting = app.init();
    await reached.opened;

    const [hasty, patient] = await Promise.all([RawSocket.open(url), RawSocket.open(url)]);
    hasty.send('40');
    await until(
      () => hasty.packets.join(),
      (packets) => packets.includes('40{'),
    );
    ready.open();
    await booting;
    await hasty.closed;
    patient.send('40');
    await patient.closed;
    expect(patient.packets.filter((packet) => packet.startsWith('40'))).toEqual([]);
    expect(app.get(IRealtimeServer).stats()).toMatchObject({ state: 'accepting', connections: 0 });

    const punctual = await RawSocket.open(url);
    punctual.send('40');
    await until(
      () => punctual.packets.join(),
      (packets) => packets.includes('rt:welcome'),
    );
    punctual.close();
  });
});
