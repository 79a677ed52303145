// How does an application make its settings for `forRootAsync`? With a factory, a class or an existing provider.
import type { Provider, Type } from '@nestjs/common';
import { RealtimeFault } from './realtime.exception.js';
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

const PLACES = new Set(
  'imports authenticator guards broker server tracer outbox global useFactory inject useClass useExisting'.split(' '),
);

/** @throws RealtimeFault for settings beside the factory, which would have no effect. */
function demandNoSettings(options: object): void {
  const strange = Object.keys(options).filter((key) => !PLACES.has(key));
  if (strange.length === 0) return;
  throw new RealtimeFault(
    `RealtimeModule.forRootAsync does not take ${strange.join(', ')}; return settings from the factory. Only parts stand beside it.`,
  );
}

/** @throws RealtimeFault for a factory that forgot to return, because defaults would take the place of its settings. */
function resolved(settings: RealtimeSettings): RealtimeOptions {
  if (typeof settings === 'object' && settings !== null) return resolveOptions(settings);
  throw new RealtimeFault(
    `The factory of RealtimeModule.forRootAsync returned ${String(settings)}; return an object of settings, {} for the defaults.`,
  );
}

/** The provider of the options. Invalid options reject the boot. */
export function asyncOptions(options: RealtimeModuleAsyncOptions): Provider[] {
  demandNoSettings(options);
  if ('useFactory' in options) {
    const { useFactory, inject = [] } = options;
    return [
      {
        provide: RealtimeOptions,
        useFactory: async (...dependencies: never[]) => resolved(await useFactory(...dependencies)),
        inject: inject as never[],
      },
    ];
  }
  const factory = 'useClass' in options ? options.useClass : options.useExisting;
  return [
    ...('useClass' in options ? [factory] : []),
    {
      provide: RealtimeOptions,
      useFactory: async (source: RealtimeOptionsFactory) => resolved(await source.createRealtimeOptions()),
      inject: [factory],
    },
  ];
}
