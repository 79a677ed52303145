// Are Nest's internals as we expect them? Checked at boot, because a guard that we do not find would silently refuse no client.
import { createRequire } from 'node:module';
import { Injectable, UseFilters, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import * as constants from '@nestjs/common/constants.js';
import { ConnectedSocket, MessageBody } from '@nestjs/websockets';
import { ownUrl } from '../own-url.js';
import { RealtimeFault } from '../realtime.exception.js';
import {
  enhancerCreators,
  ENTRY_PROVIDER,
  FILTERS,
  globalGuardsOf,
  GUARDS,
  INJECTABLE,
  INTERCEPTORS,
  interceptorsConsumerOf,
  NEST_CLASSES,
  NEST_PARAM,
  type NestClasses,
  PARAMS,
  PIPES,
} from './nest-internals.js';

/** Everything the probe checks. */
export const NEST = {
  decorators: { ConnectedSocket, Injectable, MessageBody, UseFilters, UseGuards, UseInterceptors, UsePipes },
  classes: NEST_CLASSES,
  constants: constants as Readonly<Record<string, unknown>>,
};
export type Nest = typeof NEST;

/** @throws RealtimeFault that lists every part of Nest that is not where we expect it. */
export function demandNest(nest: Nest = NEST): void {
  const faults = [...keyFaults(nest), ...memberFaults(nest.classes)];
  if (faults.length === 0) faults.push(...creatorFaults(nest));
  if (faults.length === 0) return;
  throw RealtimeFault.of(
    `Nest ${installedVersion()} does not store guards and other enhancers where nestjs-realtime expects them. ` +
      'They might not run, so the application does not start. ' +
      'Install a version of nestjs-realtime that names this version of Nest among its peer dependencies, or go back to the version of Nest you used before:',
    faults,
  );
}

/** Faults of the metadata keys that decorators set. */
function keyFaults({ decorators, constants: { ENTRY_PROVIDER_WATERMARK } }: Nest): string[] {
  class Probe {
    method(this: void): void {}
  }
  const { method } = Probe.prototype;
  const enhancer = { canActivate: () => true, intercept: () => null, transform: () => null, catch: () => null };
  const marks = [
    ['UseGuards', GUARDS],
    ['UseInterceptors', INTERCEPTORS],
    ['UsePipes', PIPES],
    ['UseFilters', FILTERS],
  ] as const;
  const faults: string[] = [];
  for (const [name, key] of marks) {
    const decorate = decorators[name] as (enhancer: unknown) => ClassDecorator & MethodDecorator;
    decorate(enhancer)(Probe);
    decorate(enhancer)(Probe.prototype, 'method', { value: method } as never);
    if (!holds(Reflect.getOwnMetadata(key, Probe), enhancer)) faults.push(missing(name, key, 'class'));
    if (!holds(Reflect.getOwnMetadata(key, method), enhancer)) faults.push(missing(name, key, 'method'));
  }
  decorators.Injectable()(Probe);
  if (!Reflect.hasOwnMetadata(INJECTABLE, Probe)) faults.push(missing('Injectable', INJECTABLE, 'class'));
  decorators.ConnectedSocket()(Probe.prototype, 'method', 0);
  (decorators.MessageBody as () => ParameterDecorator)()(Probe.prototype, 'method', 1);
  const params = (Reflect.getMetadata(PARAMS, Probe, 'method') ?? {}) as Record<string, unknown>;
  for (const [name, key] of [
    ['ConnectedSocket', `${NEST_PARAM.SOCKET}:0`],
    ['MessageBody', `${NEST_PARAM.PAYLOAD}:1`],
  ]) {
    if (!(key in params)) faults.push(missing(name, `${PARAMS}" with "${key}`, 'class and method'));
  }
  if (ENTRY_PROVIDER_WATERMARK !== ENTRY_PROVIDER) {
    faults.push(
      `The metadata key of an entry provider is "${String(ENTRY_PROVIDER_WATERMARK)}" and not "${ENTRY_PROVIDER}".`,
    );
  }
  return faults;
}

/** Members that we call, by class. */
const MEMBERS: { readonly [Name in keyof NestClasses]: readonly string[] } = {
  ApplicationConfig: ['getGlobalGuards', 'getGlobalRequestGuards', 'useGlobalFilters'],
  ExecutionContextHost: ['setType', 'getType', 'getClass', 'getHandler', 'getArgs', 'getArgByIndex', 'switchToWs'],
  ExternalContextCreator: ['create', 'getParamValue'],
  ExternalExceptionFilterContext: ['create'],
  GuardsContextCreator: ['create'],
  Injector: ['loadInjectable', 'loadPerContext', 'loadPrototype'],
  InstanceWrapper: [
    'isDependencyTreeStatic',
    'isDependencyTreeDurable',
    'isTransient',
    'isNotMetatype',
    'instance',
    'id',
    'getCtorMetadata',
    'getPropertiesMetadata',
    'getEnhancersMetadata',
  ],
  PipesContextCreator: ['create'],
};

function memberFaults(classes: NestClasses): string[] {
  const faults = Object.entries(MEMBERS).flatMap(([name, members]) => {
    const { prototype } = classes[name as keyof NestClasses] as { prototype: object };
    return members.filter((member) => !(member in prototype)).map((member) => `${name} has no ${member}().`);
  });
  const { fromContainer } = classes.ExternalContextCreator as { fromContainer?: unknown };
  return typeof fromContainer === 'function' ? faults : [...faults, 'ExternalContextCreator has no fromContainer().'];
}

/** Faults of the creators that should find the metadata of the decorators. */
function creatorFaults({ decorators, classes }: Nest): string[] {
  class Probe {
    method(this: void): void {}
  }
  const { method } = Probe.prototype;
  const enhancers = [0, 1].map(() => ({ canActivate: () => true, transform: () => null }));
  const instance = new Probe();
  const callback = method;
  try {
    for (const decorate of [decorators.UseGuards, decorators.UsePipes]) {
      decorate(enhancers[0])(Probe);
      decorate(enhancers[1])(Probe.prototype, 'method', { value: method });
    }
    const creators = enhancerCreators(new Map(), classes);
    const faults: string[] = [];
    for (const [name, found] of [
      ['GuardsContextCreator', creators.guards.create(instance, callback, '')],
      ['PipesContextCreator', creators.pipes.create(instance, callback, '')],
    ] as const) {
      if (found.length !== 2 || found.some((enhancer, index) => enhancer !== enhancers[index])) {
        faults.push(`${name}.create() does not return the enhancers of the class, then those of the method.`);
      }
    }
    if (typeof creators.filters.create(instance, callback, '').invokeCustomFilters !== 'function') {
      faults.push('ExternalExceptionsHandler has no invokeCustomFilters().');
    }
    if (typeof globalGuardsOf(creators.contexts)?.getGlobalGuards !== 'function') {
      faults.push('ExternalContextCreator has no guardsContextCreator with a config.');
    }
    if (typeof interceptorsConsumerOf(creators.contexts)?.createContext !== 'function') {
      faults.push('ExternalContextCreator has no interceptorsConsumer with a createContext().');
    }
    return faults;
  } catch (error) {
    return [`Nest's context creators threw: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function holds(metadata: unknown, enhancer: object): boolean {
  return Array.isArray(metadata) && metadata.includes(enhancer);
}

function missing(decorator: string, key: string, place: string): string {
  return `@${decorator}() sets no metadata "${key}" on a ${place}.`;
}

function installedVersion(): string {
  try {
    return (createRequire(ownUrl() ?? '')('@nestjs/core/package.json') as { version: string }).version;
  } catch {
    return '(unknown version)';
  }
}
