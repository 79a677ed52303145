// Which channels and handlers does the application declare? This finds them at boot and reports all faults in one message.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { RealtimeFault } from '../realtime.exception.js';
import {
  controllerFault,
  handlerWithoutChannelFault,
  otherChannelFault,
  otherCopyFault,
  reauthorizationWithoutChannelFault,
  reauthorizationWithoutCqrsFault,
  twoChannelsFault,
  twoMessagesFault,
} from './channel.faults.js';
import { type DiscoveredProvider, discoveredProviders, type ProvidedClass } from './discovered-providers.js';
import { FeatureChannels, featureFault } from './feature-channels.js';
import { guardNames } from './guard-names.js';
import { HandlerInvoker } from './handler.invoker.js';
import { HandlerRegistry } from './handler.registry.js';
import { lostMarks, markedMethods } from './marked-methods.js';
import { channelOf, claimsOf, decorationFault } from './realtime-channel.decorator.js';
import { type HandledMessage, HANDLER } from './realtime-handler.decorator.js';
import { MEMBER_DATA, ON_JOIN, ON_LEAVE } from './presence-decorators.js';
import { PresenceExplorer } from './presence.explorer.js';
import { SNAPSHOT } from './snapshot.decorator.js';
import { SnapshotExplorer } from './snapshot.explorer.js';
import { asksForReauthorization, REAUTHORIZATION } from './reauthorization-metadata.js';

/** Runs once, before the application listens. A fault stops the boot. */
@Injectable()
export class ChannelExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly invoker: HandlerInvoker,
    private readonly registry: HandlerRegistry,
    private readonly snapshots: SnapshotExplorer,
    private readonly presence: PresenceExplorer,
  ) {}

  /** @throws RealtimeFault that lists every fault found. */
  async onModuleInit(): Promise<void> {
    const faults: string[] = [];
    const attempt: Attempt = async (register) => {
      try {
        await register();
        return true;
      } catch (error) {
        if (!(error instanceof RealtimeFault)) throw error;
        faults.push(error.message);
        return false;
      }
    };
    const provided = discoveredProviders(this.discovery.getProviders());
    for (const provider of provided) {
      const instance = provider.wrapper.instance as unknown;
      if (!(instance instanceof FeatureChannels)) {
        await this.explore(provider, faults, attempt);
        continue;
      }
      const place = `forFeature() in ${provider.wrapper.host?.name}`;
      const otherCopy = featureFault(instance);
      if (otherCopy !== null) faults.push(otherCopyFault(place, otherCopy));
      else
        for (const descriptor of instance.descriptors)
          await attempt(() => this.registry.registerChannel(descriptor, place));
    }
    faults.push(...this.snapshots.explore(provided), ...this.presence.explore(provided));
    faults.push(...this.controllers(), ...this.unserved(provided.map(({ type }) => type)));
    if (faults.length > 0) throw RealtimeFault.of('Realtime channels are invalid:', faults);
  }

  private async explore(provider: DiscoveredProvider, faults: string[], attempt: Attempt): Promise<void> {
    const { type } = provider;
    const methods = markedMethods<HandledMessage>(HANDLER, type);
    const descriptor = channelOf(type)!;
    faults.push(...lostMarks(HANDLER, type));
    const claims = claimsOf(type);
    if (claims.length === 0) {
      if (methods.length > 0) faults.push(handlerWithoutChannelFault(type.name, methods[0][0]));
      return;
    }
    const claimFault = claimFaultOf(provider, claims);
    if (claimFault !== null) return void faults.push(claimFault);
    // A channel that cannot be registered is one fault. Its handlers would only repeat it.
    const guard = async (): Promise<void> => {
      await this.invoker.prepare(
        provider,
        methods.map(([method]) => method),
      );
      this.registry.guard(descriptor, placeOf(provider), this.invoker.bindGuards(provider), guardNames(type));
    };
    if (!(await attempt(guard))) return;
    for (const [method, marks] of methods) {
      await attempt(() => {
        const place = placeOf(provider, method);
        const [{ message, descriptor: named }] = marks;
        if (marks.length > 1) {
          throw new RealtimeFault(
            twoMessagesFault(
              place,
              marks.map((mark) => mark.message),
            ),
          );
        }
        if (named !== null && named !== descriptor) {
          throw new RealtimeFault(otherChannelFault(place, named.name, descriptor.name));
        }
        const binder = this.invoker.bindHandler(provider, method);
        this.registry.bind(descriptor, message, place, binder, guardNames(type, method));
      });
    }
  }

  /** Faults of classes whose `@ReauthorizeOn` has no effect. */
  private unserved(provided: readonly ProvidedClass[]): string[] {
    const asking = [...new Set(provided)].filter(asksForReauthorization);
    const served = this.discovery.getProviders().some(({ token }) => token === REAUTHORIZATION);
    return asking.flatMap((type) => [
      ...(channelOf(type) ? [] : [reauthorizationWithoutChannelFault(type.name)]),
      ...(served ? [] : [reauthorizationWithoutCqrsFault(type.name)]),
    ]);
  }

  /** Faults of controllers that claim a channel, have handlers or supply a snapshot: nothing would call them. */
  private controllers(): string[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      const type = metatype as ProvidedClass | null;
      if (type === null) return [];
      if (channelOf(type)) return [controllerFault(type.name, '@RealtimeChannel')];
      const mark = [HANDLER, SNAPSHOT, MEMBER_DATA, ON_JOIN, ON_LEAVE].find(
        (each) => [...markedMethods(each, type), ...lostMarks(each, type)].length > 0,
      );
      return mark === undefined ? [] : [controllerFault(type.name, mark.decorator)];
    });
  }
}

function claimFaultOf(
  provider: DiscoveredProvider,
  claims: readonly (RealtimeChannelDescriptor | undefined)[],
): string | null {
  const otherCopy = decorationFault(provider.type);
  if (otherCopy !== null) return otherCopyFault(placeOf(provider), otherCopy);
  if (claims.length === 1) return null;
  return twoChannelsFault(
    placeOf(provider),
    claims.map((claim) => claim?.name),
  );
}

type Attempt = (register: () => void | Promise<void>) => Promise<boolean>;

function placeOf({ wrapper, type }: DiscoveredProvider, method?: string): string {
  const host = wrapper.host?.name ? ` in ${wrapper.host.name}` : '';
  return `${type.name}${method === undefined ? '' : `.${method}()`}${host}`;
}
