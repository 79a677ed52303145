// How does a domain event reach gate 2? A subscription to the event bus. Failures are logged, never thrown.
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit, Scope } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import type { Subscription } from 'rxjs';
import { IRealtimeConnections } from '../connections/realtime.connections.js';
import { whoFault } from '../connections/party.js';
import { discoveredProviders } from '../channels/discovered-providers.js';
import { channelOf } from '../channels/realtime-channel.decorator.js';
import { internalError, repeatedInternalError } from '../instrumentation/internal-error.js';
import { RealtimeFault } from '../realtime.exception.js';
import { eventBuses } from './event-buses.js';
import { type Reaction, reactionsOf, type Subject, type Subjects } from './reauthorize-on.decorator.js';

interface ChannelReaction extends Reaction {
  readonly channel: string;
}

@Injectable()
export class ReauthorizationSubscriber implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Realtime');
  private connections: IRealtimeConnections;
  private reactions: readonly ChannelReaction[] = [];
  private subscriptions: readonly Subscription[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** @throws RealtimeFault when there is nothing to listen to, or no port to call. */
  onModuleInit(): void {
    const connections = this.connectionsPort();
    if (connections === null) return;
    this.connections = connections;
    this.reactions = this.exploreReactions();
    const buses = eventBuses(this.discovery);
    if (buses.length === 0) {
      throw new RealtimeFault('RealtimeCqrsModule finds no EventBus; import CqrsModule.forRoot() in the root module.');
    }
    this.subscriptions = buses.map((bus) =>
      bus.subscribe({ next: (event) => this.take(event), error: (error: unknown) => this.lost(error) }),
    );
  }

  onModuleDestroy(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  /** Called within `publish()`: what is thrown here would end the process (docs/hardening.md#1). */
  private take(event: unknown): void {
    for (const reaction of this.reactions) void this.react(reaction, event);
  }

  /** Never rejects. The first steps are taken before `publish()` returns, so that admissions under way are judged again. */
  private async react(reaction: ChannelReaction, event: unknown): Promise<void> {
    try {
      if (!(event instanceof reaction.event)) return;
      const subjects = reaction.subjectsOf(event);
      const found = listed(subjects instanceof Promise ? await subjects : subjects);
      await Promise.all(found.map((subject) => this.connections.reauthorize(subject, subject.channel)));
    } catch (error) {
      repeatedInternalError(
        this.logger,
        `@ReauthorizeOn(${reaction.event.name}) of channel ${reaction.channel}`,
        error,
      );
    }
  }

  private lost(error: unknown): void {
    internalError(this.logger, 'the event bus, which has ended: no event re-authorizes anybody any more', error);
  }

  private exploreReactions(): ChannelReaction[] {
    const types = new Set(discoveredProviders(this.discovery.getProviders()).map(({ type }) => type));
    return [...types].flatMap((type) =>
      reactionsOf(type).map((reaction) => ({ ...reaction, channel: channelOf(type)?.name ?? type.name })),
    );
  }

  /** Null where a part of realtime is request-scoped, which is a fault that RealtimeModule reports. */
  private connectionsPort(): IRealtimeConnections | null {
    try {
      if (this.moduleRef.introspect(IRealtimeConnections as never).scope === Scope.REQUEST) return null;
      return this.moduleRef.get(IRealtimeConnections as never, { strict: false });
    } catch (cause) {
      throw Object.assign(new RealtimeFault('RealtimeCqrsModule needs RealtimeModule.forRoot(); import both.'), {
        cause,
      });
    }
  }
}

/** @throws TypeError for a subject that means no connection. */
function listed(subjects: Subjects): readonly Subject[] {
  if (subjects === null) return [];
  const found = (Array.isArray(subjects) ? subjects : [subjects]) as readonly Subject[];
  for (const subject of found) {
    const fault = (subject as unknown) === 'caller' ? 'An event has no caller.' : whoFault(subject);
    if (fault !== null) throw new TypeError(`The mapper must return a subject, a list of them, or null. ${fault}`);
  }
  return found;
}
