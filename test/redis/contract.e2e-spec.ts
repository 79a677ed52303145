import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { InMemoryRealtimeBroker } from 'nestjs-realtime/adapters';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { brokerContract } from 'nestjs-realtime/testing';
import { PATIENT } from '../kit/redis-nodes.js';
import { RedisServer } from '../kit/redis-server.js';

describe('the in-memory broker', () => {
  const one = new InMemoryRealtimeBroker();
  it.each(brokerContract(() => one, { singleNode: true }))('$title', ({ run }) => run());
});

describe('the Redis broker', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await RedisServer.start()));
  afterAll(() => server.stop());

  it.each(brokerContract(() => new RedisRealtimeBroker({ url: server.url, ...PATIENT })))('$title', ({ run }) => run());
});

describe('the Redis broker that signs', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await RedisServer.start()));
  afterAll(() => server.stop());
  const signing = () =>
    new RedisRealtimeBroker({ ...PATIENT, url: server.url, mac: 'a key of some length', partitions: 1 });

  it.each(brokerContract(signing))('$title', ({ run }) => run());
});
