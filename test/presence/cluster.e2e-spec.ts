import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { presenceStoreContract } from 'nestjs-realtime/testing';
import { RedisCluster } from '../kit/redis-cluster.js';
import { PATIENT } from '../kit/redis-nodes.js';

describe('the presence store of Redis on a Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => void (cluster = await RedisCluster.start()));
  afterAll(() => cluster.stop());
  const newNode = () =>
    new RedisRealtimeBroker({ cluster: [cluster.addresses[0]], ...PATIENT, beatInterval: '100ms', nodeLease: '2s' });

  it.each(presenceStoreContract(newNode))('$title', ({ run }) => run());
});
