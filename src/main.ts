// How does the demo start? As any Nest application: nothing here knows that it speaks realtime.
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { servePage } from './serve-page.js';

// JSON only: a form on another site cannot send it, so no such form can act, or log in, for our visitor.
const app = await NestFactory.create<NestExpressApplication>(AppModule, { bodyParser: false });
app.useBodyParser('json');
servePage(app);
app.enableShutdownHooks([], { useProcessExit: true });
const { PORT = '3000', HOST } = process.env;
// Its passwords are published: only who sits at the machine gets to it, unless HOST says otherwise.
await app.listen(PORT, HOST || '127.0.0.1');
const name = HOST?.includes(':') ? `[${HOST}]` : HOST || 'localhost';
new Logger('Demo').log(`The demo is open at http://${name}:${new URL(await app.getUrl()).port}`);
