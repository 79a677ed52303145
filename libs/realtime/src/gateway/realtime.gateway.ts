// Where do clients enter the application? At the WebSocket gateway on its own HTTP server.
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { GATEWAY } from '../channels/nest-internals.js';
import { PublisherLink } from '../broker/publisher.link.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { RealtimeNodes } from '../broker/realtime.nodes.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { Acknowledge, RealtimeEntrance } from '../connections/realtime-entrance.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { PresenceChannels } from '../presence/presence.channels.js';
import { OutboxRelay } from '../outbox/outbox.relay.js';
import { RealtimeOptions } from '../realtime.options.js';
import { ConnectionLife } from './connection.life.js';
import { NodeSink } from './node.sink.js';
import { demandOwnPath } from './path-rivals.js';
import { RequestDispatcher } from './request.dispatcher.js';

const NO_HTTP =
  'This process has no HTTP server, so realtime opens no port, and no client can connect here. Broadcasts go through the broker.';

/** The transport calls it for every connection and request. Nest mounts it through a class that `createRealtimeGateway` makes. */
export class RealtimeGateway
  implements
    RealtimeEntrance,
    OnGatewayInit,
    OnModuleInit,
    OnApplicationBootstrap,
    OnModuleDestroy,
    OnApplicationShutdown
{
  private mounted = false;
  private started = false;

  constructor(
    private readonly server: IRealtimeServer,
    private readonly broker: IRealtimeBroker,
    private readonly link: PublisherLink,
    private readonly outbox: OutboxRelay,
    private readonly sink: NodeSink,
    private readonly life: ConnectionLife,
    private readonly dispatcher: RequestDispatcher,
    private readonly modules: ModulesContainer,
    private readonly options: RealtimeOptions,
    private readonly node: RealtimeNodes,
    private readonly presence: PresenceChannels,
  ) {}

  /** Nest calls this when it binds gateways. An error thrown here would be lost, so faults are reported at bootstrap. */
  afterInit(transport: unknown): void {
    // Nest also calls it where a part is request-scoped and the gateway was never made. The check of the parts then ends the boot.
    if ((this.server as IRealtimeServer | undefined) === undefined) return;
    this.server.mount(transport);
    this.mounted = true;
  }

  /** In a process without clients the module may be asked from now on. @throws RealtimeFault where the broker's engine cannot be used. */
  async onModuleInit(): Promise<void> {
    if (this.isPublisher) await this.link.start();
  }

  /** @throws RealtimeFault when the WebSocket adapter or another gateway of the application is in the way. */
  async onApplicationBootstrap(): Promise<void> {
    // Nest calls it again where a microservice of a hybrid application is initialised later.
    if (this.started) return;
    this.started = true;
    if (!this.isPublisher) await this.broker.start(this.sink, this.node);
    if (!this.broker.isLocal) new Logger('Realtime').log(`This node is ${this.node.nodeId}.`);
    this.outbox.start();
    if (this.isPublisher) return;
    if (!this.mounted) {
      if (this.options.mode === 'server') new Logger('Realtime').log(NO_HTTP);
      return;
    }
    demandOwnPath(this.modules, this.constructor, this.options.path);
    this.server.open(this);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.isPublisher) return this.outbox.stop();
    this.server.stopAccepting();
    this.dispatcher.stop();
    await this.life.drain();
    await this.presence.drain();
    await this.outbox.stop();
    await this.broker.stop();
  }

  /** Jobs that the application's own hooks have waited for may have broadcast until now. */
  async onApplicationShutdown(): Promise<void> {
    if (this.isPublisher) await this.link.stop();
  }

  private get isPublisher(): boolean {
    return this.options.mode === 'publisher';
  }

  connect(connection: LiveConnection, handshake: RealtimeHandshake): Promise<void> {
    return this.life.connect(connection, handshake);
  }

  connected(connection: LiveConnection): void {
    this.life.connected(connection);
  }

  dispatch(connection: LiveConnection, event: string, args: readonly unknown[], acknowledge: Acknowledge | null): void {
    this.dispatcher.dispatch(connection, event, args, acknowledge);
  }

  disconnected(connection: LiveConnection, reason: string): void {
    this.life.disconnected(connection, reason);
  }
}

/**
 * Makes a separate gateway class for each `forRoot`. Nest reads a gateway's options when it binds gateways, after all providers exist.
 * The constructor can therefore set options that come from `forRootAsync`.
 *
 * Nest binds the gateways of microservices too, and without an HTTP server its WebSocket adapter opens a port for them. So the class becomes a
 * gateway once there is an HTTP server, and ceases to be one when it is bound: a hybrid application may bind gateways twice.
 */
export function createRealtimeGateway(): Type<RealtimeGateway> {
  @Injectable()
  class MountedRealtimeGateway extends RealtimeGateway {
    constructor(
      @Inject(IRealtimeServer) server: IRealtimeServer,
      @Inject(IRealtimeBroker) broker: IRealtimeBroker,
      @Inject(PublisherLink) link: PublisherLink,
      @Inject(OutboxRelay) outbox: OutboxRelay,
      @Inject(NodeSink) sink: NodeSink,
      @Inject(ConnectionLife) life: ConnectionLife,
      @Inject(RequestDispatcher) dispatcher: RequestDispatcher,
      @Inject(ModulesContainer) modules: ModulesContainer,
      @Inject(RealtimeOptions) options: RealtimeOptions,
      @Inject(RealtimeNodes) node: RealtimeNodes,
      @Inject(PresenceChannels) presence: PresenceChannels,
      @Inject(HttpAdapterHost) http: HttpAdapterHost,
    ) {
      super(server, broker, link, outbox, sink, life, dispatcher, modules, options, node, presence);
      // A testing module gets its HTTP server after its providers.
      http.init$.subscribe(() => {
        // Null in a microservice.
        const adapter = http.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
        if (adapter && options.mode !== 'publisher') WebSocketGateway(server.gatewayOptions())(MountedRealtimeGateway);
      });
    }

    override afterInit(transport: unknown): void {
      super.afterInit(transport);
      Reflect.deleteMetadata(GATEWAY, MountedRealtimeGateway);
    }
  }
  return MountedRealtimeGateway;
}
