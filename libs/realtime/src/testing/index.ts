export {
  brokerContract,
  type BrokerContractOptions,
  type BrokerContractTest,
} from './broker-contract/broker-contract.js';
export { presenceStoreContract, type PresenceContractTest } from './presence-contract/presence-store-contract.js';
export type { NewNode } from './broker-contract/contract-run.js';
export type { RecordedBroadcast } from '../broadcast/recorded-broadcast.js';
export type { BroadcastTarget } from './broadcast-query.js';
export { connectTestClient, type TestClientOptions } from './connect-test-client.js';
export type { ReceivedEvent } from './inbox.js';
export { RecordingRealtimeBroadcaster } from './recording.broadcaster.js';
export type { TestChannel, TestChannelWaits } from './test-channel.js';
export { TestClient } from './test-client.js';
export type { WaitOptions } from './wait.js';
export { testContext, type TestContextOptions } from './test-context.js';
export { outboxStoreContract, type OutboxStoreContractTest } from './outbox-contract/outbox-store-contract.js';
export type { OutboxStoreUnderTest } from './outbox-contract/store-run.js';
