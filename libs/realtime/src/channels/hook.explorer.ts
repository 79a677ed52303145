// Which hooks do the providers of the application listen to? Found once at boot.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { RealtimeFault } from '../realtime.exception.js';
import { type RealtimeHookEvents, RealtimeHooks } from '../realtime.hooks.js';
import { discoveredProviders } from './discovered-providers.js';
import { type Instance, isScoped } from './handler-host.js';
import { lostMarks, markedMethods } from './marked-methods.js';
import { HOOK } from './on-realtime.decorator.js';
import { requestScopeOf } from './request-scope.js';

@Injectable()
export class HookExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly hooks: RealtimeHooks,
  ) {}

  /** @throws RealtimeFault for listeners that would hear nothing, and for those of a request-scoped provider: a hook belongs to no request. */
  onModuleInit(): void {
    const faults: string[] = [];
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    for (const { wrapper, type } of discoveredProviders(wrappers)) {
      faults.push(...lostMarks(HOOK, type));
      for (const [method, hooks] of markedMethods<keyof RealtimeHookEvents>(HOOK, type)) {
        if (isScoped(wrapper)) {
          faults.push(
            `${type.name}.${method}() has @OnRealtime('${hooks[0]}'), but ${requestScopeOf(wrapper)}; a hook belongs to no request: give it the default scope.`,
          );
          continue;
        }
        const instance = wrapper.instance as Instance;
        for (const hook of hooks) this.hooks.on(hook, (event) => instance[method](event));
      }
    }
    if (faults.length > 0) throw RealtimeFault.of('Listeners of realtime hooks are invalid:', faults);
  }
}
