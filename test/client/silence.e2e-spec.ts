// Does a client of Node notice that its line is silent, without closing one that is sound, and leave nothing behind?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRealtimeClient, type RealtimeClient, type RealtimeClientOptions } from '@nestjs-realtime/client';
import { RealtimeModule } from 'nestjs-realtime';
import { reached, reasonOf } from '../../libs/client/test/reached.js';
import { ScriptedServer } from '../../libs/client/test/scripted-server.js';
import { boot, closeApps } from '../kit/boot.js';
import { HalfOpenProxy } from '../kit/half-open-proxy.js';
import { KnownUsers } from '../kit/known-users.js';
import { until } from '../kit/until.js';

describe('a line that is silent', () => {
  let server: ScriptedServer;
  let line: HalfOpenProxy;
  const clients: RealtimeClient[] = [];
  const states: string[] = [];

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    line = await HalfOpenProxy.before(server.port);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    states.length = 0;
    line.close();
    await server.close();
    await closeApps();
  });

  async function connected(silenceTimeout: RealtimeClientOptions['silenceTimeout'] = '200ms'): Promise<RealtimeClient> {
    const client = createRealtimeClient({ url: line.url, silenceTimeout, retryDelay: 1 });
    clients.push(client);
    client.onStatus(({ state }) => states.push(state));
    await client.ready();
    return client;
  }

  it('is lost after silenceTimeout where the server does not answer', async () => {
    const client = await connected();
    line.swallow();
    await reached(client, 'reconnecting');
    expect(reasonOf(client)).toMatchObject({
      code: 'DISCONNECTED',
      message: `The connection to ${line.url}/realtime was lost: silence.`,
    });
    await client.ready();
    expect(server.handshakes).toHaveLength(2);
  });

  it('stays where the server answers, time after time', async () => {
    await connected();
    await server.heard('rt:subscribe', 5);
    expect(new Set(server.bodies('rt:subscribe').map((body) => JSON.stringify(body)))).toEqual(new Set(['[]']));
    expect(states).toEqual(['connected']);
  });

  it('is not asked about while something comes', async () => {
    const client = await connected();
    const room = client.channel('room');
    await room.ready();
    const pace = setInterval(() => server.socket.emit('rt:event', 'room', 'said', 1), 20);
    try {
      let heard = 0;
      for await (const _event of room.events('said')) if (++heard === 30) break;
    } finally {
      clearInterval(pace);
    }
    expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'room' }]);
    expect(states).toEqual(['connected']);
  });

  it('is asked about with what every server answers and refuses to none', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })] });
    const refused = app.record('refused');
    const client = await app.connect();
    expect(await client.request('rt:subscribe', [])).toEqual([]);
    expect(refused).toEqual([]);
  });

  it('leaves no timer behind where the client is closed or paused', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const client = await connected('40s');
    expect(timers()).toBeGreaterThan(before);
    client.disconnect();
    await until(timers, (count) => count <= before, 10_000);
    client.connect();
    await client.ready();
    await client.close();
    await until(timers, (count) => count <= before, 10_000);
  });
});
