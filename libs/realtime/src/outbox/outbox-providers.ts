// What makes an outbox? Who writes to it, who reads it, and who publishes what was read.
import type { Provider } from '@nestjs/common';
import { OutboxDelivery } from './outbox.delivery.js';
import { OutboxRelay } from './outbox.relay.js';
import { RealtimeOutbox } from './realtime.outbox.js';

export const OUTBOX_PROVIDERS: Provider[] = [OutboxDelivery, OutboxRelay, RealtimeOutbox];
