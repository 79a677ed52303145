// How does a test get a running application? A real Nest application on a free port, with its clients.
import type { AddressInfo } from 'node:net';
import type { INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { IRealtimeBroadcaster, type RealtimeHookEvents, RealtimeHooks, type RealtimeStats } from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { Client, type ClientOptions } from './client.js';

export const HTTP_ADAPTERS = ['express', 'fastify'] as const;
export type HttpAdapterName = (typeof HTTP_ADAPTERS)[number];

export interface BootOptions {
  readonly http?: HttpAdapterName;
  readonly logger?: LoggerService;
  /** Key and certificate of a server that speaks TLS. */
  readonly https?: { readonly key: string; readonly cert: string };
  /** Runs before the application listens. */
  readonly prepare?: (app: INestApplication) => unknown;
}

type LooseBroadcast = (target: unknown, ...rest: unknown[]) => Promise<void>;

const running = new Set<TestApp>();

/** Listens on 127.0.0.1; rejects with the fault when the application does not boot. */
export async function boot(module: ModuleMetadata, options: BootOptions = {}): Promise<TestApp> {
  const { http = 'express', logger = false, https, prepare } = options;
  const testing = await Test.createTestingModule(module).compile();
  const app =
    http === 'fastify'
      ? testing.createNestApplication(new FastifyAdapter(https && { https }), { logger })
      : testing.createNestApplication({ logger, ...(https && { httpsOptions: https }) });
  await prepare?.(app);
  try {
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  const started = new TestApp(app, https ? 'https' : 'http');
  running.add(started);
  return started;
}

/** Closes every application that `boot` has started, and its clients; for `afterEach` and `afterAll`. */
export async function closeApps(): Promise<void> {
  await Promise.all([...running].map((app) => app.close()));
}

export class TestApp {
  readonly url: string;
  private readonly clients: Client[] = [];

  constructor(
    readonly nest: INestApplication,
    scheme = 'http',
  ) {
    const { port } = (nest.getHttpServer() as { address(): AddressInfo }).address();
    this.url = `${scheme}://127.0.0.1:${port}`;
  }

  async connect(options: ClientOptions = {}): Promise<Client> {
    const client = await Client.connect(this.url, options);
    this.clients.push(client);
    return client;
  }

  /** Broadcasts like a caller without our types, so that gate 4 cannot depend on them. */
  broadcast(target: object, ...rest: unknown[]): Promise<void> {
    const broadcaster = this.nest.get(IRealtimeBroadcaster);
    const broadcast = broadcaster.broadcast.bind(broadcaster) as LooseBroadcast;
    return broadcast(target, ...rest);
  }

  stats(): RealtimeStats {
    return this.nest.get(IRealtimeServer).stats();
  }

  get hooks(): RealtimeHooks {
    return this.nest.get(RealtimeHooks);
  }

  /** Resolves with the next event of the hook. */
  nextHook<Name extends keyof RealtimeHookEvents>(name: Name): Promise<RealtimeHookEvents[Name]> {
    return new Promise((resolve) => {
      const off = this.hooks.on(name, (event) => {
        off();
        resolve(event);
      });
    });
  }

  /** Every event of the hook from now on. */
  record<Name extends keyof RealtimeHookEvents>(name: Name): RealtimeHookEvents[Name][] {
    const events: RealtimeHookEvents[Name][] = [];
    this.hooks.on(name, (event) => void events.push(event));
    return events;
  }

  /** Ends every connection of this application's clients; resolves once the server has noticed. */
  async hangUp(): Promise<void> {
    for (const client of this.clients.splice(0)) client.close();
    while (this.stats().connections > 0) await this.nextHook('disconnected');
  }

  async close(): Promise<void> {
    running.delete(this);
    for (const client of this.clients) client.close();
    await this.nest.close();
  }
}
