// Which guards are on a class or one of its methods? Returns their names, for people to read.
import { GUARDS } from './nest-internals.js';

type Guard = { readonly name?: string; readonly constructor: { readonly name: string } };

/** In the order in which they run. */
export function guardNames(type: object, method?: string): readonly string[] {
  const callback = method === undefined ? undefined : (type as { prototype: Record<string, object> }).prototype[method];
  return [...guardsOn(type), ...(callback ? guardsOn(callback) : [])].map(
    (guard) => (typeof guard === 'function' ? (guard as Guard).name : guard.constructor.name) || '(anonymous)',
  );
}

/** Classes and instances, as `@UseGuards()` stores them. */
function guardsOn(target: object): readonly Guard[] {
  return (Reflect.getMetadata(GUARDS, target) as readonly Guard[] | undefined) ?? [];
}
