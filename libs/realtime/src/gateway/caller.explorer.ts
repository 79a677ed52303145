// Can anything in the application ask for the caller? Found once at boot.
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LazyModuleLoader, ModuleRef, ModulesContainer } from '@nestjs/core';
import { GuardedBroadcaster } from '../broadcast/guarded.broadcaster.js';
import { InMemoryRealtimeBroadcaster } from '../broadcast/in-memory.broadcaster.js';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import { CallerContext } from '../connections/caller.context.js';
import { IRealtimeConnections } from '../connections/realtime.connections.js';
import type { InstanceWrapper } from '../channels/nest-internals.js';

/** What takes `'caller'`, and what finds any provider. */
const ASKING: ReadonlySet<unknown> = new Set([
  IRealtimeBroadcaster,
  // what the name above stands for
  GuardedBroadcaster,
  InMemoryRealtimeBroadcaster,
  IRealtimeConnections,
  ModuleRef,
  LazyModuleLoader,
]);

/** An application in which nothing can ask for the caller does not pay for following its handlers. */
@Injectable()
export class CallerExplorer implements OnApplicationBootstrap {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly caller: CallerContext,
  ) {}

  /** Not earlier: guards of handlers that no class provides are made while modules are initialised. */
  onApplicationBootstrap(): void {
    // The providers of RealtimeModule itself run on behalf of no caller.
    const others = [...this.modules.values()].filter(({ providers }) => !providers.has(CallerExplorer));
    const canAsk = others.some(({ providers, controllers, injectables, middlewares }) =>
      [providers, controllers, injectables, middlewares].some((wrappers) => [...wrappers.values()].some(injectsAsking)),
    );
    if (!canAsk) this.caller.rest();
  }
}

function injectsAsking(wrapper: InstanceWrapper): boolean {
  const dependencies = [
    ...(wrapper.getCtorMetadata() ?? []),
    ...(wrapper.getPropertiesMetadata() ?? []).map((property) => property.wrapper),
  ];
  return dependencies.some((dependency) => ASKING.has(dependency?.token));
}
