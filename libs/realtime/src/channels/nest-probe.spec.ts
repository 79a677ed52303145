import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { RealtimeFault } from '../realtime.exception.js';
import { FILTERS, GUARDS, INJECTABLE, INTERCEPTORS, PARAMS, PIPES } from './nest-internals.js';
import { demandNest, NEST, type Nest } from './nest-probe.js';

type Decorator = (...args: unknown[]) => (target: object, member?: string, rest?: unknown) => void;

/** Nest, with one decorator that sets no metadata `key` on a class or on a method. */
function without(name: keyof Nest['decorators'], key: string, place: 'class' | 'method'): Nest {
  const original = NEST.decorators[name] as unknown as Decorator;
  const decorator: Decorator =
    (...args) =>
    (target, member, rest) => {
      original(...args)(target, member, rest);
      const ofClass = member === undefined;
      if (place === 'class' && ofClass) Reflect.deleteMetadata(key, target);
      if (place !== 'method' || ofClass) return;
      const { value } = (typeof rest === 'object' ? rest : {}) as { value?: object };
      if (value) Reflect.deleteMetadata(key, value);
      else Reflect.deleteMetadata(key, target.constructor, member);
    };
  return { ...NEST, decorators: { ...NEST.decorators, [name]: decorator } };
}

/** Nest, with a class that lacks one member. */
function withoutMember(name: keyof Nest['classes'], member: string): Nest {
  const original = NEST.classes[name] as unknown as new () => object;
  class Lacking {}
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(original.prototype))) {
    if (key !== member && key !== 'constructor') Object.defineProperty(Lacking.prototype, key, property);
  }
  const statics = Object.entries(original).filter(([key]) => key !== member);
  const { fromContainer } = original as unknown as { fromContainer?: unknown };
  Object.assign(Lacking, Object.fromEntries(statics), member === 'fromContainer' ? {} : { fromContainer });
  return { ...NEST, classes: { ...NEST.classes, [name]: Lacking } };
}

describe('the probe of Nest', () => {
  it('finds nothing wrong with the installed Nest', () => {
    expect(() => demandNest()).not.toThrow();
  });

  it('reports the version of Nest and how to fix the fault', () => {
    const demand = (): void => demandNest(without('UseGuards', GUARDS, 'class'));
    expect(demand).toThrow(RealtimeFault);
    expect(demand).toThrow(
      /^Nest \d+\.\d+\.\d+.*the application does not start\. Install a version of nestjs-realtime/s,
    );
    expect(demand).toThrow('  - @UseGuards() sets no metadata "__guards__" on a class.');
  });

  it.each([
    ['UseGuards', GUARDS, 'class'],
    ['UseGuards', GUARDS, 'method'],
    ['UseInterceptors', INTERCEPTORS, 'class'],
    ['UseInterceptors', INTERCEPTORS, 'method'],
    ['UsePipes', PIPES, 'class'],
    ['UsePipes', PIPES, 'method'],
    ['UseFilters', FILTERS, 'class'],
    ['UseFilters', FILTERS, 'method'],
    ['Injectable', INJECTABLE, 'class'],
    ['MessageBody', PARAMS, 'method'],
    ['ConnectedSocket', PARAMS, 'method'],
  ] as const)('faults when @%s() sets no "%s" on a %s', (name, key, place) => {
    const text = `@${name}() sets no metadata "${key}`;
    expect(() => demandNest(without(name, key, place))).toThrow(text);
  });

  it('faults when a decorator sets its key without the enhancer', () => {
    const UseGuards = (() => (target: object) => Reflect.defineMetadata(GUARDS, [], target)) as never;
    const nest = { ...NEST, decorators: { ...NEST.decorators, UseGuards } };
    expect(() => demandNest(nest)).toThrow('"__guards__" on a class');
  });

  it.each([{ ENTRY_PROVIDER_WATERMARK: '__entry__' }, {}])(
    'faults when the metadata key of an entry provider is %j',
    (constants) => {
      expect(() => demandNest({ ...NEST, constants })).toThrow('and not "__entryProvider__"');
    },
  );

  it.each([
    ['ApplicationConfig', 'getGlobalGuards'],
    ['ApplicationConfig', 'getGlobalRequestGuards'],
    ['ApplicationConfig', 'useGlobalFilters'],
    ['ExecutionContextHost', 'setType'],
    ['ExecutionContextHost', 'getArgByIndex'],
    ['ExternalContextCreator', 'create'],
    ['ExternalContextCreator', 'getParamValue'],
    ['ExternalContextCreator', 'fromContainer'],
    ['ExternalExceptionFilterContext', 'create'],
    ['GuardsContextCreator', 'create'],
    ['InstanceWrapper', 'isDependencyTreeStatic'],
    ['InstanceWrapper', 'isTransient'],
    ['InstanceWrapper', 'isNotMetatype'],
    ['PipesContextCreator', 'create'],
  ] as const)('faults when %s has no %s', (name, member) => {
    expect(() => demandNest(withoutMember(name, member))).toThrow(`${name} has no ${member}`);
  });

  it.each([
    ['GuardsContextCreator', () => []],
    ['GuardsContextCreator', () => [{ canActivate: () => true }, { canActivate: () => true }]],
    ['PipesContextCreator', () => []],
  ] as const)('faults when %s returns other enhancers than the declared ones (case %#)', (name, create) => {
    class Odd {
      create = create;
    }
    Object.assign(Odd.prototype, { create });
    const classes = { ...NEST.classes, [name]: Odd };
    expect(() => demandNest({ ...NEST, classes })).toThrow(`${name}.create() does not return`);
  });

  it('faults when a creator throws', () => {
    class Odd {
      create(): void {
        throw new Error('of another Nest');
      }
    }
    const classes = { ...NEST.classes, GuardsContextCreator: Odd } as unknown as Nest['classes'];
    expect(() => demandNest({ ...NEST, classes })).toThrow("Nest's context creators threw: of another Nest");
  });

  it('faults when the contexts of interceptors cannot be created', () => {
    class Odd extends NEST.classes.ExternalContextCreator {
      static override fromContainer(container: never): Odd {
        return Object.assign(super.fromContainer(container), { interceptorsConsumer: {} });
      }
    }
    const classes = { ...NEST.classes, ExternalContextCreator: Odd };
    expect(() => demandNest({ ...NEST, classes })).toThrow('no interceptorsConsumer with a createContext()');
  });
});
