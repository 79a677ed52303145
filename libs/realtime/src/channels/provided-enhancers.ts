// Which enhancers does Nest not make, because their handler is the value of a provider or made by a factory? They are made here.
import { RealtimeFault } from '../realtime.exception.js';
import type { DiscoveredProvider, ProvidedClass } from './discovered-providers.js';
import { FILTERS, GUARDS, Injector, INTERCEPTORS, PARAMS, PIPES } from './nest-internals.js';
import type { ParamsMetadata } from './realtime-handler.decorator.js';

type Enhancer = new (...dependencies: never[]) => object;
type EnhancerKind = 'guard' | 'interceptor' | 'pipe' | 'filter';

const KINDS: readonly (readonly [key: string, kind: EnhancerKind])[] = [
  [GUARDS, 'guard'],
  [INTERCEPTORS, 'interceptor'],
  [PIPES, 'pipe'],
  [FILTERS, 'filter'],
];

/**
 * Makes the enhancers that a class and its handlers name, in the module of its provider.
 *
 * @throws RealtimeFault for a request-scoped enhancer of a value, which cannot be made again for each request.
 */
export async function makeEnhancers({ wrapper, type }: DiscoveredProvider, methods: readonly string[]): Promise<void> {
  const { host, token } = wrapper;
  if (host === undefined || token === wrapper.metatype) return;
  const known = wrapper.getEnhancersMetadata() ?? [];
  const injector = new Injector();
  for (const [enhancer, kind] of enhancersOf(type, methods)) {
    if (known.some(({ metatype }) => metatype === enhancer)) continue;
    host.addInjectable(enhancer, kind, token as never);
    const made = host.injectables.get(enhancer)!;
    injector.loadPrototype(made, host.injectables);
    await injector.loadInjectable(made, host);
    if (wrapper.metatype === null && !made.isDependencyTreeStatic()) {
      throw new RealtimeFault(
        `${enhancer.name} on ${type.name} is request-scoped or injects what is, but a value of a provider is the same for all requests; provide ${type.name} as a class, or give ${enhancer.name} the default scope.`,
      );
    }
  }
}

function enhancersOf(type: ProvidedClass, methods: readonly string[]): Map<Enhancer, EnhancerKind> {
  const callbacks = methods.map((method) => (type.prototype as Record<string, object>)[method]);
  const found = new Map<Enhancer, EnhancerKind>();
  const add = (enhancers: readonly unknown[], kind: EnhancerKind): void => {
    for (const enhancer of enhancers) if (typeof enhancer === 'function') found.set(enhancer as Enhancer, kind);
  };
  for (const [key, kind] of KINDS) {
    for (const target of [type, ...callbacks]) add((Reflect.getMetadata(key, target) ?? []) as unknown[], kind);
  }
  for (const method of methods) {
    const params = (Reflect.getMetadata(PARAMS, type, method) ?? {}) as ParamsMetadata;
    for (const { pipes = [] } of Object.values(params)) add(pipes, 'pipe');
  }
  return found;
}
