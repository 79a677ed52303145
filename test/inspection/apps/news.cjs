// What does a build to CommonJS leave? A feature, and a root module that has it.
const { Module } = require('@nestjs/common');
const { defineRealtimeChannel, RealtimeModule } = require('nestjs-realtime');

const news = defineRealtimeChannel({ name: 'news.{topic}', scope: 'public' });

class NewsModule {}
Module({ imports: [RealtimeModule.forFeature([news])] })(NewsModule);
exports.NewsModule = NewsModule;

class AppModule {}
Module({ imports: [RealtimeModule.forRoot(), NewsModule] })(AppModule);
exports.AppModule = AppModule;
