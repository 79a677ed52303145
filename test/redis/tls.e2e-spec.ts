// Does the Redis broker speak TLS, and only with a Redis that it can trust?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RedisRealtimeBroker, type RedisBrokerOptions } from 'nestjs-realtime/redis';
import { RecordingSink } from '../kit/broker-sink.js';
import { freePort } from '../kit/free-port.js';
import { RedisCluster } from '../kit/redis-cluster.js';
import { RedisServer } from '../kit/redis-server.js';
import { TLS } from '../kit/tls.js';
import { until } from '../kit/until.js';

const directory = mkdtempSync(join(tmpdir(), 'tls-'));
const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
writeFileSync(key, TLS.key);
writeFileSync(cert, TLS.cert);
const FILES = ['--tls-key-file', key, '--tls-cert-file', cert, '--tls-ca-cert-file', cert];
const KNOWN = { ca: TLS.cert, cert: TLS.cert, key: TLS.key };
const said = { channels: ['log.a'], event: 'said', json: '1' };

describe('the Redis broker over TLS', () => {
  const brokers: RedisRealtimeBroker[] = [];
  let server: RedisServer;
  let cluster: RedisCluster;
  beforeAll(async () => {
    const port = await freePort();
    server = await RedisServer.start(port, ['--port', '0', '--tls-port', String(port), ...FILES]);
    cluster = await RedisCluster.start({ tls: [...FILES, '--tls-replication', 'yes', '--tls-cluster', 'yes'] });
  });
  afterEach(() => Promise.all(brokers.splice(0).map((broker) => broker.stop())));
  afterAll(async () => {
    await Promise.all([server.stop(), cluster.stop()]);
    rmSync(directory, { recursive: true });
  });

  async function started(options: RedisBrokerOptions) {
    const broker = new RedisRealtimeBroker({ ...options, joinTimeout: '10s' });
    brokers.push(broker);
    const sink = new RecordingSink();
    await broker.start(sink);
    return { broker, sink };
  }

  async function expectWorks(options: RedisBrokerOptions): Promise<void> {
    const [{ broker }, other] = [await started(options), await started(options)];
    expect(broker.health()).toMatchObject({ state: 'ok' });
    await other.broker.watch('log.a');
    await broker.publish(said, { size: 1, ttlMs: 1_000 });
    await until(
      () => other.sink.frames.length,
      (count) => count === 1,
    );
  }

  it('works with a server that it trusts, and that trusts it', async () => {
    await expectWorks({ url: `rediss://127.0.0.1:${server.port}`, tls: KNOWN });
    await expectWorks({ url: `rediss://localhost:${server.port}`, tls: { ...KNOWN, ca: [TLS.cert] } });
  });

  it('works with a Cluster whose first server it is told', async () => {
    await expectWorks({ cluster: [`rediss://127.0.0.1:${cluster.masters[0].tlsPort}`], tls: KNOWN });
  });

  it.each([
    ['is not known', { cert: TLS.cert, key: TLS.key }, /self-signed certificate/],
    ['has another name', { ...KNOWN, servername: 'redis.example' }, /does not match certificate|altnames/],
    ['asks for a certificate that is not given', { ca: TLS.cert }, /certificate required|alert|reset|clos|ended/i],
  ])('does not join a server that %s', async (_, tls, reason) => {
    const broker = new RedisRealtimeBroker({ url: `rediss://127.0.0.1:${server.port}`, tls, joinTimeout: 1 });
    brokers.push(broker);
    await broker.start(new RecordingSink());
    expect(await until(() => broker.health(), isExplained)).toMatchObject({
      state: 'joining',
      reason: expect.stringMatching(reason),
    });
  });

  it('may be stopped at any moment of a handshake', async () => {
    for (let moment = 0; moment < 120; moment++) {
      const tls = moment % 2 ? KNOWN : { cert: TLS.cert, key: TLS.key };
      const broker = new RedisRealtimeBroker({ url: `rediss://127.0.0.1:${server.port}`, tls, joinTimeout: 1 });
      await broker.start(new RecordingSink());
      await setTimeout(moment % 12);
      await broker.stop();
    }
    // What no one hears of a socket is an uncaught exception, which fails the test.
    await expectWorks({ url: `rediss://127.0.0.1:${server.port}`, tls: KNOWN });
  });

  const isExplained = ({ reason }: { reason?: string }): boolean => reason !== 'not connected to Redis yet';
});
