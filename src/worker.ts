// How does the demo's worker start? As a process without clients, beside the nodes: it needs their Redis and their database.
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WorkerModule } from './worker.module.js';

if (!process.env.REDIS_URL || !process.env.DATABASE_URL) {
  throw new Error('The worker takes jobs of other processes: set REDIS_URL and DATABASE_URL to theirs.');
}
const app = await NestFactory.createApplicationContext(WorkerModule);
app.enableShutdownHooks([], { useProcessExit: true });
new Logger('Demo').log('The worker waits for jobs');
