import { describe, expect, it } from '@jest/globals';
import { RealtimeFault } from './realtime.exception.js';
import { RealtimeLimits, RealtimeOptions, type RealtimeSettings } from './realtime.options.js';
import { resolveOptions } from './realtime.settings.js';

function faultOf(settings: unknown, environment?: string): string {
  try {
    resolveOptions(settings as RealtimeSettings, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(RealtimeFault);
    return (error as Error).message;
  }
  throw new Error('There is no fault');
}

describe('options', () => {
  it('have their documented defaults', () => {
    expect(resolveOptions()).toBeInstanceOf(RealtimeOptions);
    expect(resolveOptions({})).toMatchObject({
      mode: 'server',
      inMemoryRecord: 1_000,
      allowInMemoryInProduction: false,
      path: '/realtime',
      transports: ['websocket'],
      origins: ['self'],
      hosts: [],
      trustProxy: false,
      allowMissingOrigin: false,
      requestTimeout: 5_000,
      authenticationTimeout: 5_000,
      lease: 60_000,
      expiryNotice: 30_000,
      drainTimeout: 10_000,
      acknowledgeTimeout: 5_000,
      slowConsumer: 'disconnect',
      limits: {
        payloadBytes: 65_536,
        payloadDepth: 16,
        payloadKeys: 1_000,
        connectionsPerUser: 100,
        subscriptionsPerConnection: 128,
        messagesPerSecond: 20,
        messageBurst: 40,
        packetsPerSecond: 500,
        bytesPerSecond: 1_572_864,
        byteBurst: 3_145_728,
        handlersInFlight: 8,
        pendingAuthentications: 1_000,
        queuedBytes: 1_048_576,
      },
    });
  });

  it('take each value given and leave the rest at its default', () => {
    const options = resolveOptions({ path: '/live', limits: { payloadDepth: 4 }, origins: ['https://a.example'] });
    expect(options).toMatchObject({
      path: '/live',
      origins: ['https://a.example'],
      transports: ['websocket'],
      limits: { payloadBytes: 65_536, payloadDepth: 4, payloadKeys: 1_000 },
    });
  });

  it('take hosts as browsers send them, in any case', () => {
    const hosts = [
      'App.example',
      'app.example:80',
      'app.example:443',
      '[::1]:3000',
      '127.0.0.1',
      'xn--bcher-kva.example',
    ];
    expect(resolveOptions({ hosts, origins: ['self', 'https://a.example'] })).toMatchObject({ hosts });
  });

  it('take durations as milliseconds or as text', () => {
    const given = {
      requestTimeout: '500ms',
      authenticationTimeout: '1.5s',
      lease: '2m',
      expiryNotice: '1h',
      drainTimeout: 7,
    };
    expect(resolveOptions(given as RealtimeSettings)).toMatchObject({
      requestTimeout: 500,
      authenticationTimeout: 1_500,
      lease: 120_000,
      expiryNotice: 3_600_000,
      drainTimeout: 7,
    });
  });

  it('let any page connect where cookies count for nothing, unless origins are given', () => {
    expect(resolveOptions({ cookies: false }).origins).toBe('any');
    expect(resolveOptions({ cookies: false, origins: ['self'] }).origins).toEqual(['self']);
    expect(faultOf({ origins: 'any' })).toContain('origins must be a list of origins');
  });

  it.each([
    [{ max: 0 }],
    [{ max: 1.5 }],
    [{}],
    [{ max: 1, over: 'close' }],
    [{ max: 1, across: 'planet' }],
    [{ max: 1_001, across: 'cluster' }],
    [{ max: 1, min: 0 }],
  ])('refuse the connections %j of a user', (connectionsPerUser) => {
    expect(faultOf({ limits: { connectionsPerUser } })).toContain(
      'limits.connectionsPerUser must be a positive integer, or { max',
    );
  });

  it('name the node after the setting, else after NODE_ID, else after the host, and never twice the same', () => {
    const given = process.env.NODE_ID;
    try {
      process.env.NODE_ID = 'pod/7';
      expect(resolveOptions({ nodeId: 'web-1' }).nodeId).toMatch(/^web-1-[a-z]{6}$/);
      expect(resolveOptions().nodeId).toMatch(/^pod-7-[a-z]{6}$/);
      process.env.NODE_ID = '';
      expect(resolveOptions().nodeId).toMatch(/^[\w.-]+-[a-z]{6}$/);
      expect(resolveOptions({ nodeId: 'web-1' }).nodeId).not.toBe(resolveOptions({ nodeId: 'web-1' }).nodeId);
    } finally {
      if (given === undefined) delete process.env.NODE_ID;
      else process.env.NODE_ID = given;
    }
    for (const nodeId of ['', 'a b', 'a|b', 'x'.repeat(65), 7]) {
      expect(faultOf({ nodeId })).toContain('nodeId must be 1 to 64 letters');
    }
    expect(faultOf({ acknowledgeTimeout: 'soon' })).toContain('acknowledgeTimeout must be a duration');
  });

  it('treat undefined as not given', () => {
    const settings = Object.fromEntries(Object.keys(new RealtimeOptions()).map((name) => [name, undefined]));
    expect(resolveOptions(settings)).toEqual({ ...resolveOptions(), nodeId: expect.any(String) });
    expect(resolveOptions({ limits: { payloadBytes: undefined, payloadKeys: 5 } }).limits).toMatchObject({
      payloadBytes: 65_536,
      payloadDepth: 16,
      payloadKeys: 5,
    });
  });

  it('raise the packet limit with the message rate unless it is given', () => {
    const packetsFor = (limits: Partial<RealtimeLimits>) => resolveOptions({ limits }).limits.packetsPerSecond;
    expect(packetsFor({ messagesPerSecond: 10, messageBurst: 10 })).toBe(500);
    expect(packetsFor({ messagesPerSecond: 1_000 })).toBe(2_000);
    expect(packetsFor({ messageBurst: 3_000, messagesPerSecond: 1_000 })).toBe(6_000);
    expect(packetsFor({ messagesPerSecond: 1_000, packetsPerSecond: 50 })).toBe(50);
  });

  it('raise the limits of bytes with those of messages and payloads unless they are given', () => {
    const bytesFor = (limits: Partial<RealtimeLimits>): [number, number] => {
      const { bytesPerSecond, byteBurst } = resolveOptions({ limits }).limits;
      return [bytesPerSecond, byteBurst];
    };
    expect(bytesFor({ messagesPerSecond: 10, messageBurst: 10, payloadBytes: 1_000 })).toEqual([1_572_864, 3_145_728]);
    expect(bytesFor({ messagesPerSecond: 1_000 })).toEqual([4_096_000, 8_192_000]);
    expect(bytesFor({ messageBurst: 1_000 })).toEqual([1_572_864, 4_096_000]);
    expect(bytesFor({ payloadBytes: 10_000_000 })).toEqual([10_000_000, 40_000_000]);
    expect(bytesFor({ bytesPerSecond: 5_000_000 })).toEqual([5_000_000, 10_000_000]);
    expect(bytesFor({ bytesPerSecond: 50_000 })).toEqual([50_000, 262_144]);
    expect(bytesFor({ payloadBytes: 10_000_000, bytesPerSecond: 7, byteBurst: 9 })).toEqual([7, 9]);
  });

  it('share nothing between two modules', () => {
    const given = { limits: { payloadDepth: 2 } };
    const [one, two] = [resolveOptions(given), resolveOptions()];
    expect(one.limits).not.toBe(given.limits);
    expect(one.transports).not.toBe(two.transports);
    expect(one.origins).not.toBe(two.origins);
  });

  it.each<[string, unknown[], string]>([
    ['mode', ['ws', 'worker', null, 1], "mode must be 'server', 'publisher' or 'in-memory'"],
    ['cookies', ['no', 0, null], 'cookies must be true or false'],
    ['requestUser', ['ann', {}, null], 'requestUser must be a function'],
    ['inMemoryRecord', [0, -1, 1.5, Infinity, '10', null], 'inMemoryRecord must be a positive integer'],
    ['allowInMemoryInProduction', ['yes', 1, null], 'allowInMemoryInProduction must be true or false'],
    ['path', ['realtime', '/', '/a/', '', 1, null], "path must begin with '/' and not end with it"],
    ['transports', [[], ['webtransport'], 'websocket', null, [undefined]], "transports must be a list of 'websocket'"],
    [
      'origins',
      [
        '*',
        ['*'],
        ['null'],
        ['https://a.example/'],
        ['https://a.example/path'],
        ['HTTPS://a.example'],
        ['https://A.example'],
        ['a.example'],
        ['https://a.example:443'],
        ['Self'],
        ["'self'"],
        [/a/],
        [''],
        true,
        null,
      ],
      'origins must be a list of origins such as',
    ],
    [
      'hosts',
      [
        'a.example',
        [''],
        ['*'],
        ['*.example'],
        ['https://a.example'],
        ['a.example/'],
        ['a.example.'],
        ['a.example:'],
        ['a.example:99999'],
        ['user@a.example'],
        ['::1'],
        ['[0:0:0:0:0:0:0:1]'],
        ['127.1'],
        ['bücher.example'],
        [null],
        null,
      ],
      "hosts must be a list of names such as 'app.example'",
    ],
    ['trustProxy', ['loopback', 1, null], 'trustProxy must be true or false'],
    ['allowMissingOrigin', ['yes', 1, null], 'allowMissingOrigin must be true or false'],
    [
      'requestTimeout',
      [0, -1, Infinity, NaN, '5000', '1 min', '1e3', '-5s', '5s ', '5S', '', '25d', null],
      'requestTimeout must be a duration',
    ],
    ['authenticationTimeout', [0, 2 ** 53, 1n], 'authenticationTimeout must be a duration'],
    ['lease', [0, null], 'lease must be a duration'],
    ['expiryNotice', [0, '30 sec'], 'expiryNotice must be a duration'],
    ['drainTimeout', [-1, Infinity], 'drainTimeout must be a duration'],
    ['slowConsumer', ['wait', true, null], "slowConsumer must be 'disconnect' or 'drop'"],
    ['limits', [null, [], 5, 'none'], 'limits must be an object'],
  ])('refuse an invalid %s', (name, values, fault) => {
    for (const value of values) expect(faultOf({ [name]: value })).toContain(`  - ${fault}`);
  });

  it.each(Object.keys(new RealtimeLimits()))('refuse an invalid limits.%s', (name) => {
    for (const value of [0, -1, 0.5, '1', null, Infinity]) {
      expect(faultOf({ limits: { [name]: value } })).toContain(`  - limits.${name} must be a positive integer`);
    }
  });

  it('report every fault in one message', () => {
    const fault = faultOf({ path: 'x', requestTimeout: 0, pathh: 1, limits: { payloadKeys: 0, keys: 1 }, origins: 1 });
    expect(fault.split('\n')).toEqual([
      'RealtimeModule has invalid options:',
      expect.stringContaining("- path must begin with '/'"),
      expect.stringContaining('- requestTimeout must be a duration of 1 ms to 24 days') as unknown,
      expect.stringMatching(/- pathh is not an option; there are mode, .*path, transports, .*limits/),
      expect.stringContaining('- origins must be'),
      '  - limits.payloadKeys must be a positive integer',
      expect.stringMatching(/- limits\.keys is not an option; there are payloadBytes, payloadDepth, payloadKeys\b/),
    ]);
  });

  it.each([
    ['connectionStateRecovery', 'replays missed packets before the gates run and is never used'],
    ['cors', 'is derived from origins'],
    ['namespace', 'is always the default one'],
    ['transport', "is called mode: 'server', 'publisher' or 'in-memory'"],
  ])('refuse %s and say why', (name, why) => {
    expect(faultOf({ [name]: {} })).toContain(`  - ${name} ${why}`);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'refuse the name %s as they refuse any unknown name',
    (name) => {
      expect(faultOf(JSON.parse(`{"${name}":1}`))).toContain(`  - ${name} is not an option; there are`);
    },
  );

  it('refuse the in-memory mode only in production, unless it is allowed there', () => {
    expect(faultOf({ mode: 'in-memory' }, 'production')).toContain(
      "mode: 'in-memory' reaches no client and is refused when NODE_ENV=production",
    );
    expect(faultOf({ mode: 'in-memory', allowInMemoryInProduction: false }, 'production')).toContain(
      'remove it, or set allowInMemoryInProduction: true',
    );
    const allowed = { mode: 'in-memory', allowInMemoryInProduction: true } as const;
    expect(resolveOptions(allowed, 'production').mode).toBe('in-memory');
    expect(resolveOptions({ mode: 'in-memory' }, 'test').mode).toBe('in-memory');
    expect(resolveOptions({ mode: 'server' }, 'production').mode).toBe('server');
  });
});
