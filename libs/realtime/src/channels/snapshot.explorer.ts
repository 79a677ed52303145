// Which methods supply the state of a channel? Found once at boot, after the channels.
import { Injectable } from '@nestjs/common';
import type { ChannelAddress, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeOptions } from '../realtime.options.js';
import type { DiscoveredProvider } from './discovered-providers.js';
import { guardNames } from './guard-names.js';
import { type Instance, isScoped } from './handler-host.js';
import { HandlerRegistry } from './handler.registry.js';
import { lostMarks, type MarkedMethods, markedMethods } from './marked-methods.js';
import { PARAMS } from './nest-internals.js';
import { channelOf } from './realtime-channel.decorator.js';
import { requestScopeOf } from './request-scope.js';
import { snapshotSource } from './snapshot-source.js';
import { SNAPSHOT, type SnapshotMark } from './snapshot.decorator.js';
import {
  guardedSnapshotFault,
  missingSnapshotFault,
  otherSnapshotFault,
  parametersFault,
  scopedSnapshotFault,
  secondSnapshotFault,
  unclaimedSnapshotFault,
  undeclaredSnapshotFault,
} from './snapshot.faults.js';

@Injectable()
export class SnapshotExplorer {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly tracer: IRealtimeTracer,
    private readonly options: RealtimeOptions,
  ) {}

  /** Gives each channel that declares a snapshot its source. Returns the faults. */
  explore(provided: readonly DiscoveredProvider[]): string[] {
    const claimed = new Set<RealtimeChannelDescriptor>();
    const faults = provided.flatMap((provider) => {
      const { type } = provider;
      const methods = markedMethods<SnapshotMark>(SNAPSHOT, type);
      const descriptor = channelOf(type);
      if (methods.length > 0 && descriptor) claimed.add(descriptor);
      return [...lostMarks(SNAPSHOT, type), ...methods.flatMap((method) => this.bind(provider, method) ?? [])];
    });
    return [...faults, ...this.missing(claimed)];
  }

  /** A channel that could not be registered has a fault of its own. */
  private bind(provider: DiscoveredProvider, [method, marks]: MarkedMethods<SnapshotMark>[number]): string | null {
    const { wrapper, type } = provider;
    const place = `${type.name}.${method}()`;
    const descriptor = channelOf(type);
    if (!descriptor) return unclaimedSnapshotFault(place, type.name);
    const registered = this.registry.get(descriptor);
    if (registered === undefined) return null;
    const { snapshot } = registered;
    const other = marks.find((mark) => mark !== null && mark !== descriptor);
    if (other) return otherSnapshotFault(place, other.name, descriptor.name);
    if (snapshot === null) return undeclaredSnapshotFault(place, descriptor.name);
    if (snapshot.source !== null) return secondSnapshotFault(place, snapshot.source.place, descriptor.name);
    if (isScoped(wrapper)) return scopedSnapshotFault(place, requestScopeOf(wrapper));
    if (guardNames(type, method).length > guardNames(type).length) return guardedSnapshotFault(place);
    const instance = wrapper.instance as Instance;
    if (instance[method].length > 1 || Reflect.hasMetadata(PARAMS, type, method)) return parametersFault(place);
    const ask = (channel: ChannelAddress): unknown => instance[method](channel);
    snapshot.source = snapshotSource(place, registered, this.tracer, ask);
    return null;
  }

  /** Where no client can subscribe, no method is needed. */
  private missing(claimed: ReadonlySet<RealtimeChannelDescriptor>): string[] {
    if (this.options.mode !== 'server') return [];
    return this.registry.listChannels().flatMap((descriptor) => {
      const { snapshot, place } = this.registry.get(descriptor)!;
      if (snapshot === null || snapshot.source !== null || claimed.has(descriptor)) return [];
      return [missingSnapshotFault(descriptor.name, place)];
    });
  }
}
