// Does a channel class ask for re-authorization on domain events? Told by fixed keys, so that nobody here knows of @nestjs/cqrs.

/** Where `@ReauthorizeOn` of `nestjs-realtime/cqrs` leaves its reactions on a class. */
export const REAUTHORIZE_ON_METADATA = 'nestjs-realtime:reauthorize-on';
/** DI token of what serves them, provided by `RealtimeCqrsModule.forRoot()`. */
export const REAUTHORIZATION = 'nestjs-realtime:reauthorization';

export function asksForReauthorization(type: object): boolean {
  return Reflect.hasMetadata(REAUTHORIZE_ON_METADATA, type);
}
