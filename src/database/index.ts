export { afterCommit, committed } from './after-commit.js';
export { Database, type Queryable } from './database.js';
export { DatabaseModule } from './database.module.js';
export { DatabaseOutbox } from './database.outbox.js';
