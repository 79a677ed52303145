// Can Prometheus scrape the demo, and no other peer?
import { afterEach, describe, expect, it } from '@jest/globals';
import { DemoProcess } from '../demo/demo-process.js';
import { Client } from '../kit/client.js';
import { answerTo } from '../kit/raw-http.js';

describe('GET /metrics of the demo', () => {
  let demo: DemoProcess | undefined;
  let client: Client | undefined;

  afterEach(async () => {
    client?.close();
    expect(await demo?.stop()).toBe(0);
  });

  const scrape = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${demo!.url}/metrics`, { headers });

  it('answers peers on loopback, and no peer that a proxy there may stand for', async () => {
    demo = await DemoProcess.start();
    client = await Client.connect(demo.url);
    await client.subscribe('realtime-ping');
    const response = await scrape();
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const lines = (await response.text()).split('\n');
    const value = (metric: string, label = ''): number | undefined => {
      const line = lines.find((text) => text.startsWith(`${metric}{`) && text.includes(label));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    };
    expect(value('realtime_server_connections')).toBe(1);
    expect(value('realtime_server_subscriptions', 'realtime_channel="realtime-ping"')).toBe(1);
    expect(value('realtime_server_eventloop_delay_p99')).toBeGreaterThanOrEqual(0);
    expect(lines).toContain('# TYPE realtime_server_subscriptions gauge');
    expect((await scrape({ 'x-forwarded-for': '203.0.113.7' })).status).toBe(403);
    expect((await scrape({ forwarded: 'for=127.0.0.1' })).status).toBe(403);
  });

  it('is refused to a page under a rebound name, in production too', async () => {
    demo = await DemoProcess.start({ NODE_ENV: 'production', DEMO_PASSWORD: 'not the published one' });
    const { host, port } = new URL(demo.url);
    const get = async (...lines: string[]): Promise<number> =>
      (await answerTo(demo!.url, ['GET /metrics HTTP/1.1', ...lines])).status;
    for (const own of [host, `127.0.0.1:${port}`, `[::1]:${port}`]) expect(await get(`Host: ${own}`)).toBe(200);
    for (const rebound of ['evil.example', `evil.example:${port}`, `${host}.evil.example`]) {
      expect(await get(`Host: ${rebound}`)).toBe(403);
    }
    expect(await get(`Host: ${host}`, 'Host: evil.example')).toBeGreaterThanOrEqual(400);
    const absolute = await answerTo(demo.url, ['GET http://evil.example/metrics HTTP/1.1', `Host: ${host}`]);
    expect(absolute.status).toBeGreaterThanOrEqual(400);
  });

  it('asks every peer for the token where one is set', async () => {
    demo = await DemoProcess.start({ METRICS_TOKEN: 'a secret' });
    expect((await scrape()).status).toBe(403);
    expect((await scrape({ authorization: 'Bearer a guess' })).status).toBe(403);
    expect((await scrape({ authorization: 'Bearer a secret', 'x-forwarded-for': '203.0.113.7' })).status).toBe(200);
  });
});
