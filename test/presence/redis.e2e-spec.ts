import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { presenceStoreContract } from 'nestjs-realtime/testing';
import { PATIENT } from '../kit/redis-nodes.js';
import { RedisServer } from '../kit/redis-server.js';

/** Nodes that die are missed soon. A machine that is busy does not look like a node that is dead. */
const SHORT_LIVED = { ...PATIENT, beatInterval: '100ms', nodeLease: '2s' } as const;

describe.each([{}, { mac: 'a key of some length', partitions: 1 }])(
  'the presence store of Redis with %j',
  (options) => {
    let server: RedisServer;
    beforeAll(async () => void (server = await RedisServer.start()));
    afterAll(() => server.stop());
    const newNode = () => new RedisRealtimeBroker({ url: server.url, ...SHORT_LIVED, ...options });

    it.each(presenceStoreContract(newNode))('$title', ({ run }) => run());
  },
);
