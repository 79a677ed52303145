// How does the demo start? Like any Nest application: nothing here mentions realtime.
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { servePage } from './serve-page.js';

// Bodies are JSON only. A form on another site cannot send that, so it can neither act for a visitor nor log them in.
const app = await NestFactory.create<NestExpressApplication>(AppModule, { bodyParser: false });
app.useBodyParser('json');
servePage(app);
app.enableShutdownHooks([], { useProcessExit: true });
const { PORT = '3000', HOST } = process.env;
// The passwords of the demo are published, so it is open to this machine only, unless HOST says otherwise.
await app.listen(PORT, HOST || '127.0.0.1');
const name = HOST?.includes(':') ? `[${HOST}]` : HOST || 'localhost';
new Logger('Demo').log(`The demo is open at http://${name}:${new URL(await app.getUrl()).port}`);
