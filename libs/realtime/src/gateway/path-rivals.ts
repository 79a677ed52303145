// Does another gateway of the application use our path? Then its handlers would serve our clients, past the gates.
import type { ModulesContainer } from '@nestjs/core';
import { GATEWAY, GATEWAY_OPTIONS, PORT } from '../channels/nest-internals.js';
import { RealtimeFault } from '../realtime.exception.js';

const DEFAULT_PATH = '/socket.io';

/** @throws RealtimeFault that names the other gateways. */
export function demandOwnPath(modules: ModulesContainer, own: object, path: string): void {
  const rivals = [...modules.values()].flatMap(({ providers }) =>
    [...providers.values()].flatMap(({ metatype }) =>
      typeof metatype === 'function' && metatype !== own && usesPath(metatype, path) ? [metatype.name] : [],
    ),
  );
  if (rivals.length === 0) return;
  throw new RealtimeFault(
    `Another gateway uses the path "${path}" of nestjs-realtime (${[...new Set(rivals)].join(', ')}); give it a path of its own, or set RealtimeModule.forRoot({ path }).`,
  );
}

function usesPath(metatype: object, path: string): boolean {
  if (!Reflect.hasMetadata(GATEWAY, metatype) || Reflect.getMetadata(PORT, metatype)) return false;
  const options = Reflect.getMetadata(GATEWAY_OPTIONS, metatype) as { readonly path?: string } | undefined;
  return withoutSlash(options?.path ?? DEFAULT_PATH) === withoutSlash(path);
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '');
}
