// Which root module mixes both kinds of files? An ES module that imports a feature which was built to CommonJS.
import { Module } from '@nestjs/common';
import { RealtimeModule } from 'nestjs-realtime';
import { decorate } from './decorate.mjs';
import { NewsModule } from './news.cjs';

export class AppModule {}
decorate(AppModule, [Module({ imports: [RealtimeModule.forRoot(), NewsModule] })]);
