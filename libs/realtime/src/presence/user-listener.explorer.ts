// Which providers of the application are told of users who come online and go? Found once at boot.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { discoveredProviders } from '../channels/discovered-providers.js';
import { type Instance, isScoped } from '../channels/handler-host.js';
import { lostMarks, markedMethods } from '../channels/marked-methods.js';
import { ON_USER_OFFLINE, ON_USER_ONLINE, WATCHABLE_USERS } from '../channels/presence-decorators.js';
import { requestScopeOf } from '../channels/request-scope.js';
import { RealtimeFault } from '../realtime.exception.js';
import { MemberEdgeCalls } from './member-edge.calls.js';

/** Says of which of the users a client may know whether they are online. */
export interface WatchRule {
  ask(user: RealtimeUser, userIds: readonly string[]): unknown;
  readonly place: string;
}

@Injectable()
export class UserListenerExplorer implements OnModuleInit {
  /** Null where the application has none: then no client may watch anyone. */
  watchRule: WatchRule | null = null;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly calls: MemberEdgeCalls,
  ) {}

  /** @throws RealtimeFault for methods that would not be called, and for those of a request-scoped provider. */
  onModuleInit(): void {
    const faults: string[] = [];
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    for (const { wrapper, type } of discoveredProviders(wrappers)) {
      for (const mark of [ON_USER_ONLINE, ON_USER_OFFLINE, WATCHABLE_USERS]) {
        faults.push(...lostMarks(mark, type));
        for (const [method] of markedMethods<null>(mark, type)) {
          const place = `${type.name}.${method}()`;
          if (isScoped(wrapper)) {
            faults.push(
              `${place} has ${mark.decorator}, but ${requestScopeOf(wrapper)}; it belongs to no request: give it the default scope.`,
            );
            continue;
          }
          const instance = wrapper.instance as Instance;
          const hear = (userId: string): unknown => instance[method](userId);
          if (mark === ON_USER_ONLINE) this.calls.onOnline.push({ place, hear });
          else if (mark === ON_USER_OFFLINE) this.calls.onOffline.push({ place, hear });
          else if (this.watchRule === null)
            this.watchRule = { place, ask: (user, userIds) => instance[method](user, userIds) };
          else
            faults.push(
              `${place} and ${this.watchRule.place} both have @WatchableUsers; an application has one such method: remove one.`,
            );
        }
      }
    }
    if (faults.length > 0) throw RealtimeFault.of('Methods that are told of users are invalid:', faults);
  }
}
