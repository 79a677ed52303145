// How does an application get a dashboard? One line beside RealtimeModule.
import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { dashboardPageController } from './dashboard-page.controller.js';
import {
  type RealtimeDashboardModuleOptions,
  RealtimeDashboardOptions,
  resolveDashboardOptions,
} from './dashboard.options.js';
import { FeedLife } from './feed/feed.life.js';

/**
 * A page that shows, live, what the realtime layer does. Anybody may load the page; data goes to those who hold the role.
 *
 * @example
 * imports: [RealtimeModule.forRoot({ authenticator: AppAuthenticator }), RealtimeDashboardModule.forRoot({ role: 'admin' })]
 */
@Module({})
export class RealtimeDashboardModule {
  /** @throws RealtimeFault that names every option at fault. */
  static forRoot(options: RealtimeDashboardModuleOptions = {}): DynamicModule {
    const resolved = resolveDashboardOptions(options);
    return {
      module: RealtimeDashboardModule,
      imports: [DiscoveryModule],
      controllers: [dashboardPageController(resolved.path)],
      providers: [{ provide: RealtimeDashboardOptions, useValue: resolved }, FeedLife],
    };
  }
}
