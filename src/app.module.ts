// What is the application made of? Realtime is one import; each feature brings its own channels.
import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { RealtimeDashboardModule } from '@nestjs-realtime/dashboard';
import { RealtimeModule } from 'nestjs-realtime';
import { RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { OpenTelemetryTracer } from 'nestjs-realtime/opentelemetry';
import { AdministrationModule } from './administration/index.js';
import { ArticlesModule, FirstArticlesModule } from './articles/index.js';
import { AuthModule, DatabaseSessionAuthenticator } from './auth/index.js';
import { cluster } from './cluster.js';
import { afterCommit, DatabaseModule, DatabaseOutbox } from './database/index.js';
import { NewsroomModule } from './newsroom/index.js';
import { NotificationsModule } from './notifications/index.js';
import { ObservabilityModule } from './observability/index.js';
import { RealtimePingModule } from './realtime-ping/index.js';

/** The host names under which pages of the demo may connect: those of this machine, unless HOSTS lists others. */
const hosts = (process.env.HOSTS || 'localhost,127.0.0.1,[::1]').split(',');

@Module({
  imports: [
    DatabaseModule,
    CqrsModule.forRoot(),
    RealtimeModule.forRoot({
      imports: [AuthModule],
      authenticator: DatabaseSessionAuthenticator,
      tracer: OpenTelemetryTracer,
      ...cluster,
      outbox: DatabaseOutbox,
      hosts,
    }),
    RealtimeCqrsModule.forRoot({ afterCommit }),
    RealtimeDashboardModule.forRoot({ role: 'admin' }),
    ObservabilityModule,
    AuthModule,
    RealtimePingModule,
    ArticlesModule,
    FirstArticlesModule,
    NotificationsModule,
    AdministrationModule,
    NewsroomModule,
  ],
})
export class AppModule {}
