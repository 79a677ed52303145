// How does an application make its settings for `forRootAsync`? With a factory, a class or an existing provider.
import type { Provider, Type } from '@nestjs/common';
import { RealtimeOptions, type RealtimeSettings } from './realtime.options.js';
import { resolveOptions } from './realtime.settings.js';
import type { RealtimeModuleParts } from './realtime.parts.js';

/** A class that makes settings. */
export interface RealtimeOptionsFactory {
  createRealtimeOptions(): RealtimeSettings | Promise<RealtimeSettings>;
}

/** What `forRootAsync` takes: parts, and one way to make settings. */
export type RealtimeModuleAsyncOptions = RealtimeModuleParts &
  (
    | {
        readonly useFactory: (...dependencies: never[]) => RealtimeSettings | Promise<RealtimeSettings>;
        readonly inject?: readonly unknown[];
      }
    | { readonly useClass: Type<RealtimeOptionsFactory> }
    | { readonly useExisting: Type<RealtimeOptionsFactory> }
  );

/** The provider of the options. Invalid options reject the boot. */
export function asyncOptions(options: RealtimeModuleAsyncOptions): Provider[] {
  if ('useFactory' in options) {
    const { useFactory, inject = [] } = options;
    return [
      {
        provide: RealtimeOptions,
        useFactory: async (...dependencies: never[]) => resolveOptions(await useFactory(...dependencies)),
        inject: inject as never[],
      },
    ];
  }
  const factory = 'useClass' in options ? options.useClass : options.useExisting;
  return [
    ...('useClass' in options ? [factory] : []),
    {
      provide: RealtimeOptions,
      useFactory: async (source: RealtimeOptionsFactory) => resolveOptions(await source.createRealtimeOptions()),
      inject: [factory],
    },
  ];
}
