// Where do domain events and realtime meet? The module an application imports beside RealtimeModule and CqrsModule.
import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { REAUTHORIZATION } from '../channels/reauthorization-metadata.js';
import { ReauthorizationSubscriber } from './reauthorization.subscriber.js';

/**
 * Serves `@ReauthorizeOn`.
 *
 * @example
 * imports: [CqrsModule.forRoot(), RealtimeModule.forRoot({ authenticator: AppAuthenticator }), RealtimeCqrsModule.forRoot()]
 */
@Module({})
export class RealtimeCqrsModule {
  static forRoot(): DynamicModule {
    return {
      module: RealtimeCqrsModule,
      imports: [DiscoveryModule],
      providers: [ReauthorizationSubscriber, { provide: REAUTHORIZATION, useExisting: ReauthorizationSubscriber }],
    };
  }
}
