// Which guards may be asked on trial? Those that say so: a guard may read a database, count attempts or write an audit log.
import 'reflect-metadata';

/** A fixed key, so that two copies of this package in one process see each other's marks. */
const PURE = 'nestjs-realtime:pure-guard';

/**
 * Marks a guard whose answer depends on the request alone and that changes nothing: no I/O, no counter, no log. `nestjs-realtime explain`
 * runs such guards, and names all others. The mark changes nothing at the gates.
 *
 * @example
 * @PureGuard()
 * @Injectable()
 * export class OwnDocumentGuard implements CanActivate {}
 */
export function PureGuard(): ClassDecorator {
  return (target) => Reflect.defineMetadata(PURE, true, target);
}

/** Whether a guard's own class has the mark. A subclass may do more than its parent, so it does not inherit the mark. */
export function isPure(guard: object): boolean {
  return Reflect.hasOwnMetadata(PURE, guard.constructor);
}
