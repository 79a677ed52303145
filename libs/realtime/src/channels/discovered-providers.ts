// Which objects does the application provide, whatever the form of their providers? Instances say what they are, not a list of classes.
import { isScoped } from './handler-host.js';
import type { InstanceWrapper } from './nest-internals.js';

export type ProvidedClass = { readonly name: string; readonly prototype: object };

export interface DiscoveredProvider {
  readonly wrapper: InstanceWrapper;
  /** The class of the instance. */
  readonly type: ProvidedClass;
}

/** Each instance once, also where several providers give it; classes before other forms, because they know their scope. */
export function discoveredProviders(wrappers: readonly InstanceWrapper[]): DiscoveredProvider[] {
  const seen = new Set<unknown>();
  const [classes, others] = [wrappers.filter(isClass), wrappers.filter((wrapper) => !isClass(wrapper))];
  return [...classes, ...others].flatMap((wrapper) => {
    const type = classOf(wrapper);
    if (wrapper.isAlias || type === null) return [];
    const instance = wrapper.instance as unknown;
    if (instance && seen.has(instance)) return [];
    seen.add(instance);
    return [{ wrapper, type }];
  });
}

function isClass(wrapper: InstanceWrapper): boolean {
  return typeof wrapper.metatype === 'function' && !wrapper.isNotMetatype;
}

function classOf(wrapper: InstanceWrapper): ProvidedClass | null {
  const instance = wrapper.instance as unknown;
  if (typeof instance === 'object' && instance !== null) {
    const prototype = Object.getPrototypeOf(instance) as { constructor?: unknown } | null;
    return asClass(prototype?.constructor);
  }
  if (isClass(wrapper)) return asClass(wrapper.metatype);
  // A request-scoped factory has made nothing yet; its token may say what it makes.
  return wrapper.isNotMetatype && wrapper.metatype && isScoped(wrapper) ? asClass(wrapper.token) : null;
}

function asClass(value: unknown): ProvidedClass | null {
  if (typeof value !== 'function') return null;
  const { prototype } = value as { prototype?: unknown };
  return typeof prototype === 'object' && prototype !== null ? value : null;
}
