// Where does a client come in? The WebSocket gateway on the application's own HTTP server.
import { Inject, Logger, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import type { RealtimeEntrance } from '../connections/realtime-entrance.js';
import { RealtimeRequest } from '../connections/realtime-request.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { ConnectGuard } from '../guards/connect.guard.js';
import { RealtimeExecutionContext } from '../guards/realtime-execution-context.js';
import { RefusalLog } from '../guards/refusals.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { refusalOfGuard } from '../instrumentation/refusal-of.js';
import { withCapture } from '../instrumentation/with-capture.js';
import { withSpan } from '../instrumentation/with-span.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RequestDispatcher } from './request.dispatcher.js';

/** Runs gate 1 itself and hands requests to the dispatcher. Nest mounts it; `createRealtimeGateway` makes the class Nest sees. */
export class RealtimeGateway implements RealtimeEntrance, OnGatewayInit, OnApplicationBootstrap {
  private mounted = false;
  private readonly pass: (request: RealtimeRequest) => Promise<boolean>;

  constructor(
    guard: ConnectGuard,
    tracer: IRealtimeTracer,
    private readonly server: IRealtimeServer,
    private readonly dispatcher: RequestDispatcher,
    private readonly refusals: RefusalLog,
    private readonly hooks: RealtimeHooks,
  ) {
    this.pass = withSpan(
      tracer,
      { op: 'realtime-gate', name: 'realtime connect', attributes: { gate: 'connect' } },
      withCapture(
        new Logger('Realtime'),
        {
          layer: 'realtime-gate',
          describe: (_request: RealtimeRequest) => 'connect',
          refusalOf: (error, request) => refusalOfGuard(error, request.user),
        },
        (request) => guard.canActivate(RealtimeExecutionContext.of(request, RealtimeGateway)),
      ),
    );
  }

  /** Nest calls this when it binds gateways. What it throws here would be lost, so faults wait for the bootstrap. */
  afterInit(transport: unknown): void {
    this.server.mount(transport);
    this.mounted = true;
  }

  /** @throws RealtimeFault when the WebSocket adapter of the application cannot serve. */
  onApplicationBootstrap(): void {
    if (this.mounted) this.server.open(this);
  }

  async connect(connection: RealtimeConnection, handshake: RealtimeHandshake): Promise<void> {
    const request = new RealtimeRequest('connect', connection, null, null, null, handshake);
    try {
      await this.pass(request);
    } catch (error) {
      this.refusals.record(error as RealtimeException, { gate: 'connect', connection });
      throw error;
    }
    this.hooks.emit('connected', () => ({ connection }));
  }

  dispatch(connection: RealtimeConnection, event: string, args: unknown[]): void {
    this.dispatcher.dispatch(connection, event, args);
  }

  disconnected(connection: RealtimeConnection, reason: string): void {
    const left = [...connection.subscriptions];
    connection.end();
    for (const [channel, { descriptor }] of left) {
      this.hooks.emit('unsubscribed', () => ({ connection, descriptor, channel }));
    }
    this.hooks.emit('disconnected', () => ({ connection, reason }));
  }
}

/**
 * A gateway class of its own for each `forRoot`: Nest reads a gateway's options when it binds gateways, after all providers exist, so
 * the constructor can set options that come from `forRootAsync`.
 */
export function createRealtimeGateway(): Type<RealtimeGateway> {
  @WebSocketGateway()
  class MountedRealtimeGateway extends RealtimeGateway {
    constructor(
      @Inject(ConnectGuard) guard: ConnectGuard,
      @Inject(IRealtimeTracer) tracer: IRealtimeTracer,
      @Inject(IRealtimeServer) server: IRealtimeServer,
      @Inject(RequestDispatcher) dispatcher: RequestDispatcher,
      @Inject(RefusalLog) refusals: RefusalLog,
      @Inject(RealtimeHooks) hooks: RealtimeHooks,
    ) {
      super(guard, tracer, server, dispatcher, refusals, hooks);
      WebSocketGateway(server.gatewayOptions())(MountedRealtimeGateway);
    }
  }
  return MountedRealtimeGateway;
}
