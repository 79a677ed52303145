// Where does the database come from? Opened once, before anything that injects it; closed after everything else.
import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from './database.js';
import { openDatabase } from './open-database.js';

@Global()
@Module({
  providers: [{ provide: Database, useFactory: () => openDatabase(process.env) }],
  exports: [Database],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  onApplicationShutdown(): Promise<void> {
    return this.database.close();
  }
}
