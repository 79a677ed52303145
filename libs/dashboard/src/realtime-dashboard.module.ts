// How does an application add the dashboard? With one line beside RealtimeModule.
import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { dashboardPageController } from './dashboard-page.controller.js';
import {
  type RealtimeDashboardModuleOptions,
  RealtimeDashboardOptions,
  resolveDashboardOptions,
} from './dashboard.options.js';
import { FeedLife } from './feed/feed.life.js';
import { PAGE_DIRECTORY } from './page-files.js';

/**
 * A page that shows live what the realtime layer does. Any visitor may load the page; only users with the role get data.
 *
 * @example
 * imports: [RealtimeModule.forRoot({ authenticator: AppAuthenticator }), RealtimeDashboardModule.forRoot({ role: 'admin' })]
 */
@Module({})
export class RealtimeDashboardModule {
  /** @throws RealtimeFault that names every invalid option. */
  static forRoot(options: RealtimeDashboardModuleOptions = {}): DynamicModule {
    const resolved = resolveDashboardOptions(options);
    return {
      module: RealtimeDashboardModule,
      imports: [DiscoveryModule],
      controllers: [dashboardPageController(resolved.path, PAGE_DIRECTORY, resolved.home)],
      providers: [{ provide: RealtimeDashboardOptions, useValue: resolved }, FeedLife],
    };
  }
}
