import { describe, it } from '@jest/globals';
import { InMemoryRealtimeBroker } from 'nestjs-realtime/adapters';
import { presenceStoreContract } from 'nestjs-realtime/testing';

describe('the presence store of the in-memory broker', () => {
  const newNode = () => new InMemoryRealtimeBroker();
  it.each(presenceStoreContract(newNode, { singleNode: true }))('$title', ({ run }) => run());
});
