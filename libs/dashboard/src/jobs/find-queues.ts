// Which BullMQ queues does the application have? All among its providers.
import type { DiscoveryService } from '@nestjs/core';
import { type DashboardQueue, isQueue } from '../dashboard.options.js';

export function findQueues(discovery: DiscoveryService): readonly DashboardQueue[] {
  return [...new Set(discovery.getProviders().map((wrapper) => wrapper.instance as unknown))].filter(isQueue);
}
