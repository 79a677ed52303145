// Where do clients enter the application? At the WebSocket gateway on its own HTTP server.
import { Inject, type OnApplicationBootstrap, type OnModuleDestroy, type Type } from '@nestjs/common';
import { type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { Acknowledge, RealtimeEntrance } from '../connections/realtime-entrance.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { ConnectionLife } from './connection.life.js';
import { RequestDispatcher } from './request.dispatcher.js';

/** The transport calls it for every connection and request. Nest mounts it through a class that `createRealtimeGateway` makes. */
export class RealtimeGateway implements RealtimeEntrance, OnGatewayInit, OnApplicationBootstrap, OnModuleDestroy {
  private mounted = false;

  constructor(
    private readonly server: IRealtimeServer,
    private readonly broker: IRealtimeBroker,
    private readonly life: ConnectionLife,
    private readonly dispatcher: RequestDispatcher,
  ) {}

  /** Nest calls this when it binds gateways. An error thrown here would be lost, so faults are reported at bootstrap. */
  afterInit(transport: unknown): void {
    // Nest also calls it where a part is request-scoped and the gateway was never made. The check of the parts then ends the boot.
    if ((this.server as IRealtimeServer | undefined) === undefined) return;
    this.server.mount(transport);
    this.mounted = true;
  }

  /** @throws RealtimeFault when the WebSocket adapter of the application is unsuitable. */
  async onApplicationBootstrap(): Promise<void> {
    await this.broker.start(this.server);
    if (this.mounted) this.server.open(this);
  }

  async onModuleDestroy(): Promise<void> {
    this.server.stopAccepting();
    this.dispatcher.stop();
    await this.life.drain();
    await this.broker.stop();
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
 */
export function createRealtimeGateway(): Type<RealtimeGateway> {
  @WebSocketGateway()
  class MountedRealtimeGateway extends RealtimeGateway {
    constructor(
      @Inject(IRealtimeServer) server: IRealtimeServer,
      @Inject(IRealtimeBroker) broker: IRealtimeBroker,
      @Inject(ConnectionLife) life: ConnectionLife,
      @Inject(RequestDispatcher) dispatcher: RequestDispatcher,
    ) {
      super(server, broker, life, dispatcher);
      WebSocketGateway(server.gatewayOptions())(MountedRealtimeGateway);
    }
  }
  return MountedRealtimeGateway;
}
