// Which hooks do the providers of the application listen to? Found once at boot.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { type Instance, isScoped } from './handler-host.js';
import { hookOf } from './on-realtime.decorator.js';

@Injectable()
export class HookExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly hooks: RealtimeHooks,
  ) {}

  /** @throws RealtimeFault for a listener on a request-scoped provider: a hook belongs to no request. */
  onModuleInit(): void {
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const type = wrapper.metatype as { prototype?: Record<string, object> } | null;
      if (!type?.prototype || wrapper.isAlias || wrapper.isNotMetatype) continue;
      for (const method of this.scanner.getAllMethodNames(type.prototype)) {
        const hook = hookOf(type.prototype[method]);
        if (hook === undefined) continue;
        if (isScoped(wrapper)) {
          throw new RealtimeFault(
            `${String(wrapper.name)}.${method}() has @OnRealtime('${hook}'), but its class is request-scoped or depends on one that is; give it the default scope.`,
          );
        }
        const instance = wrapper.instance as Instance;
        this.hooks.on(hook, (event) => instance[method](event));
      }
    }
  }
}
