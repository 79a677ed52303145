// Does a channel class ask for re-authorization on domain events? Fixed keys say so, so that this folder needs no @nestjs/cqrs.

/** Metadata key under which `@ReauthorizeOn` of `nestjs-realtime/cqrs` stores its reactions on a class. */
export const REAUTHORIZE_ON_METADATA = 'nestjs-realtime:reauthorize-on';
/** DI token of the service that runs them, provided by `RealtimeCqrsModule.forRoot()`. */
export const REAUTHORIZATION = 'nestjs-realtime:reauthorization';

export function asksForReauthorization(type: object): boolean {
  return Reflect.hasMetadata(REAUTHORIZE_ON_METADATA, type);
}
