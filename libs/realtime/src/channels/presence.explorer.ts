// Which methods and guards concern the members of each channel? Found once at boot.
import { Injectable } from '@nestjs/common';
import type { ChannelAddress, Member, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import type { RegisteredChannel, RegisteredPresence } from '../connections/registered-channel.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeOptions } from '../realtime.options.js';
import type { DiscoveredProvider } from './discovered-providers.js';
import { type Instance, isScoped } from './handler-host.js';
import { HandlerInvoker } from './handler.invoker.js';
import { HandlerRegistry } from './handler.registry.js';
import { lostMarks, type MarkedMethods, markedMethods, type MethodMark } from './marked-methods.js';
import { memberDataSource } from './member-data-source.js';
import { type ChannelMark, MEMBER_DATA, ON_JOIN, ON_LEAVE, PRESENCE_GUARDS } from './presence-decorators.js';
import {
  missingDataFault,
  noPresenceStoreFault,
  otherPresenceFault,
  presenceGuardsFault,
  scopedPresenceFault,
  secondDataFault,
  unclaimedPresenceFault,
  undeclaredDataFault,
  undeclaredPresenceFault,
} from './presence.faults.js';
import { channelOf } from './realtime-channel.decorator.js';
import { requestScopeOf } from './request-scope.js';

const MARKS = [MEMBER_DATA, ON_JOIN, ON_LEAVE];

@Injectable()
export class PresenceExplorer {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly invoker: HandlerInvoker,
    private readonly broker: IRealtimeBroker,
    private readonly tracer: IRealtimeTracer,
    private readonly options: RealtimeOptions,
  ) {}

  /** Gives each channel with presence its methods and guards. Returns the faults. */
  explore(provided: readonly DiscoveredProvider[]): string[] {
    const faults = provided.flatMap((provider) => [
      ...MARKS.flatMap((mark) => [
        ...lostMarks(mark, provider.type),
        ...markedMethods<ChannelMark>(mark, provider.type).flatMap((method) => this.bind(mark, provider, method) ?? []),
      ]),
      ...(this.guard(provider) ?? []),
    ]);
    return [...faults, ...this.missing()];
  }

  private bind(
    mark: MethodMark,
    { wrapper, type }: DiscoveredProvider,
    [method, marks]: MarkedMethods<ChannelMark>[number],
  ): string | null {
    const place = `${type.name}.${method}()`;
    const { decorator } = mark;
    const descriptor = channelOf(type);
    if (!descriptor) return unclaimedPresenceFault(place, decorator, type.name);
    const registered = this.registry.get(descriptor);
    // A channel that could not be registered has a fault of its own.
    if (registered === undefined) return null;
    const other = marks.find((each) => each !== null && each !== descriptor);
    if (other) return otherPresenceFault(place, decorator, other.name, descriptor.name);
    const { presence } = registered;
    if (presence === null) return undeclaredPresenceFault(place, decorator, descriptor.name);
    if (isScoped(wrapper)) return scopedPresenceFault(place, decorator, requestScopeOf(wrapper));
    const instance = wrapper.instance as Instance;
    if (mark === MEMBER_DATA) return this.supply(registered, presence, place, (...given) => instance[method](...given));
    const hear = (member: Member, channel: ChannelAddress): unknown => instance[method](member, channel);
    (mark === ON_JOIN ? presence.onJoin : presence.onLeave).push({ place, hear });
    return null;
  }

  private supply(
    registered: RegisteredChannel,
    presence: RegisteredPresence,
    place: string,
    method: (user: RealtimeUser, channel: ChannelAddress) => unknown,
  ): string | null {
    const { name } = registered.descriptor;
    if (presence.data === null) return undeclaredDataFault(place, name);
    if (presence.source !== null) return secondDataFault(place, presence.source.place, name);
    presence.source = memberDataSource(place, name, presence.data, this.tracer, method);
    return null;
  }

  private guard(provider: DiscoveredProvider): string[] | null {
    const { type } = provider;
    if (!(PRESENCE_GUARDS in type.prototype)) return null;
    const descriptor = channelOf(type);
    const presence = descriptor && this.registry.get(descriptor)?.presence;
    if (!presence) return [presenceGuardsFault(type.name, descriptor?.name)];
    const guards = this.invoker.bindPresenceGuards(provider);
    presence.guards.push(guards);
    return null;
  }

  private missing(): string[] {
    return this.registry.listChannels().flatMap((descriptor: RealtimeChannelDescriptor) => {
      const { presence, place } = this.registry.get(descriptor)!;
      if (presence === null) return [];
      if (this.broker.presenceStore() === null) {
        return [noPresenceStoreFault(descriptor.name, place, this.broker.constructor.name)];
      }
      const isDue = this.options.mode === 'server' && descriptor.presence?.setBy !== 'member';
      if (presence.data === null || presence.source !== null || !isDue) return [];
      return [missingDataFault(descriptor.name, place)];
    });
  }
}
