// How do applications connect their gateways over Redis? With a WebSocket adapter, in one of the two ways of Nest's and Socket.IO's documentation.
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';

/** Makes a cluster adapter for one namespace, as `createAdapter()` of Socket.IO's packages does. */
export type AdapterConstructor = NonNullable<ServerOptions['adapter']>;

export const CLUSTER_ADAPTER_WAYS = ['server.adapter(...)', 'the option adapter'] as const;

export class ClusterIoAdapter extends IoAdapter {
  /** Every Socket.IO server of the application, by path. */
  readonly servers = new Map<string, Server>();

  constructor(
    app: INestApplication,
    private readonly adapterConstructor: AdapterConstructor,
    private readonly way: (typeof CLUSTER_ADAPTER_WAYS)[number],
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const { adapterConstructor: adapter } = this;
    const isOption = this.way === 'the option adapter';
    const server = super.createIOServer(port, isOption ? ({ ...options, adapter } as ServerOptions) : options);
    if (!isOption) server.adapter(adapter);
    this.servers.set(options?.path ?? '/socket.io', server);
    return server;
  }
}
