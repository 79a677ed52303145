import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { RedisRealtimeBroker, type RedisBrokerOptions } from 'nestjs-realtime/redis';
import { RecordingSink } from '../kit/broker-sink.js';
import { faultOf } from '../kit/redis-faults.js';
import { RedisNodes } from '../kit/redis-nodes.js';
import { until } from '../kit/until.js';

const said = { channels: ['log.a'], event: 'said', json: '1' };

describe('a Redis at boot', () => {
  let nodes: RedisNodes | undefined;
  afterEach(async () => {
    jest.restoreAllMocks();
    await nodes?.stop();
    nodes = undefined;
  });

  /** Lines of the log, by their level. */
  function logged(level: 'warn' | 'error'): string[] {
    const lines: string[] = [];
    jest.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => void lines.push(String(line)));
    return lines;
  }

  it('needs a password that is given', async () => {
    nodes = await RedisNodes.start(['--requirepass', 'secret']);
    const { port } = nodes.server;
    logged('error');
    expect(await faultOf({ url: nodes.server.url })).toMatch(
      /does not accept the credentials.*redis:\/\/user:password@host/,
    );
    expect(await faultOf({ url: `redis://:wrong@127.0.0.1:${port}` })).toMatch(/does not accept the credentials/);
    expect(await faultOf({ url: `redis://:secret@127.0.0.1:${port}` })).toBe('none');
  });

  it('lets a user work that has the rights which the fault names', async () => {
    nodes = await RedisNodes.start();
    const { redis, server } = nodes;
    const url = `redis://app:secret@127.0.0.1:${server.port}`;
    logged('error');
    const create = (...rights: string[]) => redis.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', ...rights);
    const lacking = [
      ['~other:*', '&*', '+@all'],
      ['~rt:*', 'resetchannels', '+@all'],
      ['~rt:*', '&rt:*', '+@all', '-xadd'],
      ['~rt:*', '&rt:*', '+@all', '-subscribe'],
      ['~rt:*', '&rt:*', '+@all', '-@scripting'],
      ['~rt:*', '&rt:*', '+@all', '-info'],
    ];
    let fault = '';
    for (const rights of lacking) {
      await create(...rights);
      fault = await faultOf({ url });
      expect([rights, fault]).toEqual([
        rights,
        expect.stringMatching(/The user of Redis lacks rights \(.*\): give it ACL SETUSER/),
      ]);
    }
    await create(...fault.split('SETUSER <user> ')[1].split(' '));
    expect(await faultOf({ url })).toBe('none');
  });

  it('is used once its user has got the rights, if it came after the boot', async () => {
    nodes = await RedisNodes.start();
    const { redis, server } = nodes;
    const lines = logged('error');
    await redis.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~rt:*', '&rt:*', '+@all', '-xadd');
    server.freeze();
    const broker = new RedisRealtimeBroker({
      url: `redis://app:secret@127.0.0.1:${server.port}`,
      joinTimeout: 1,
      silenceTimeout: '500ms',
    });
    await broker.start(new RecordingSink());
    server.thaw();
    await until(
      () => lines.length,
      (count) => count > 0,
    );
    expect(broker.health()).toMatchObject({ state: 'joining', reason: expect.stringMatching(/lacks rights/) });
    await redis.call('ACL', 'SETUSER', 'app', '+xadd');
    await until(
      () => broker.health().state,
      (state) => state === 'ok',
    );
    await broker.publish(said, { size: 1, ttlMs: 1_000 });
    await broker.stop();
  });

  it('that takes the right to subscribe away while nodes run is told so, until it gives it back', async () => {
    nodes = await RedisNodes.start();
    const { redis, server } = nodes;
    logged('error');
    await redis.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~rt:*', '&rt:*', '+@all');
    const { broker, sink } = await nodes.node({ url: `redis://app:secret@127.0.0.1:${server.port}` });
    await redis.call('ACL', 'SETUSER', 'app', '-subscribe');
    await expect(broker.watch('log.a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await until(
      () => broker.health(),
      ({ state, reason }) => state === 'degraded' && /lacks rights.*ACL SETUSER/.test(reason ?? ''),
    );
    await redis.call('ACL', 'SETUSER', 'app', '+subscribe');
    await until(
      () => broker.health().state,
      (state) => state === 'ok',
    );
    expect(sink.signs).toEqual(['gone', 'rejoined']);
    await broker.publish(said, { size: 1, ttlMs: 1_000 });
    await until(
      () => sink.frames.length,
      (count) => count === 1,
    );
  });

  it('is told to keep keys where it evicts them', async () => {
    nodes = await RedisNodes.start(['--maxmemory-policy', 'allkeys-lru']);
    const lines = logged('warn');
    await nodes.node();
    expect(lines).toEqual([expect.stringMatching(/maxmemory-policy allkeys-lru.*set maxmemory-policy noeviction/)]);
  });

  it('is not shared by nodes that divide channels differently', async () => {
    nodes = await RedisNodes.start();
    logged('error');
    await nodes.node({ partitions: 8 });
    expect(await faultOf({ url: nodes.server.url })).toMatch(
      /prefix 'rt' is in use with 8 partitions and not 64: set partitions: 8, or another prefix/,
    );
    expect(await faultOf({ url: nodes.server.url, prefix: 'shop' })).toBe('none');
  });

  it.each([
    ['text of something else', ['SET', 'rt:layout', '{}']],
    ['a list', ['LPUSH', 'rt:layout', '1 64']],
  ] as const)('is not used where its prefix holds %s', async (_, [command, ...args]) => {
    nodes = await RedisNodes.start();
    logged('error');
    await nodes.redis.call(command, ...args);
    expect(await faultOf({ url: nodes.server.url })).toMatch(/key 'rt:layout' holds data of something else/);
  });

  it('is too old before version 6.2', async () => {
    // Speaks as Redis 5 does: it knows no HELLO.
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        for (const name of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
          const info = 'redis_version:5.0.7\r\nloading:0\r\n';
          socket.write(
            /^info$/i.test(name[1]) ? `$${info.length}\r\n${info}\r\n` : `-ERR unknown command '${name[1]}'\r\n`,
          );
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    logged('error');
    const { port } = server.address() as AddressInfo;
    expect(await faultOf({ url: `redis://127.0.0.1:${port}` })).toMatch(/too old: the broker needs Redis 6.2/);
    server.close();
  });
});

describe('the options of the Redis broker', () => {
  const faults = (options: object): string => {
    try {
      new RedisRealtimeBroker(options as RedisBrokerOptions);
    } catch (error) {
      return (error as Error).message;
    }
    return 'none';
  };

  it('are complete with an address', () => {
    expect(faults({ url: 'redis://localhost' })).toBe('none');
    expect(faults({ url: 'rediss://user:p%40ss@[::1]:6380/3' })).toBe('none');
    expect(faults({ sentinels: ['one:26379', 'redis://two:26379'], name: 'main' })).toBe('none');
    expect(faults({ cluster: ['one:6379', '[::1]:6379', 'rediss://user:p%40ss@two', 'redis://three:7000/'] })).toBe(
      'none',
    );
    expect(faults({ url: 'rediss://a', tls: { ca: ['one', 'two'], cert: 'c', key: 'k', servername: 's' } })).toBe(
      'none',
    );
  });

  it('are checked together, and each fault says what is right', () => {
    const message = faults({
      url: 'localhost:6379',
      prefix: 'a b',
      partitions: 0,
      mac: 'short',
      queueBytes: -1,
      silenceTimeout: 'soon',
      beatInterval: '8s',
      conections: 2,
      tls: { ca: 5 },
    });
    expect(message).toMatch(/^RedisRealtimeBroker has invalid options:/);
    const names = [
      'url',
      'prefix',
      'partitions',
      'mac',
      'queueBytes',
      'silenceTimeout',
      'nodeLease',
      'conections',
      'tls',
    ];
    for (const name of names) expect(message).toContain(`- ${name} `);
  });

  it.each([
    {},
    { sentinels: [], name: 'main' },
    { sentinels: ['one:26379'] },
    { url: 'redis://a', name: 'main' },
    { cluster: [] },
    { cluster: ['one:6379', 'two/3'] },
    { cluster: ['redis://one:6379/3'] },
    { cluster: [5] },
    { cluster: 'one:6379' },
    { cluster: ['one:6379'], name: 'main' },
    { cluster: ['one:6379'], url: 'redis://a' },
  ])('are refused without one address: %j', (options) => {
    expect(faults(options)).toMatch(/say where Redis is: \{ url: 'redis.*\{ cluster: \[/);
  });
});
