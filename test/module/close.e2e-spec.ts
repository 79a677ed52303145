// What remains of the module when the application has closed?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS } from '../kit/boot.js';

const workChannel = defineRealtimeChannel({ name: 'work', scope: 'public', payload: z.number() });

describe('app.close()', () => {
  afterEach(closeApps);

  it.each(HTTP_ADAPTERS)('leaves no open handle: the process ends by itself, on %s', async (http) => {
    const child = spawn(process.execPath, ['test/module/closing-app.mjs', http], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect([said, code]).toEqual(['closed\n', 0]);
  });

  it('ends every connection and notifies its client', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([workChannel])] });
    const clients = await Promise.all([app.connect(), app.connect()]);
    await clients[0].subscribe('work');
    const disconnected = app.record('disconnected');
    await app.nest.close();
    await Promise.all(clients.map((client) => client.closed));
    expect(disconnected).toHaveLength(2);
    expect(app.stats()).toMatchObject({ connections: 0, subscriptions: 0, rooms: 0, inFlight: 0 });
  });

  it('may be called when no client ever came, and a broadcast after it does no harm', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([workChannel])] });
    await app.nest.close();
    await expect(app.broadcast(workChannel, 1)).resolves.toBeUndefined();
  });
});
