export { Database, type Queryable } from './database.js';
export { DatabaseModule } from './database.module.js';
