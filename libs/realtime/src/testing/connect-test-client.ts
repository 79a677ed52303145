// How does a test connect a client to its application? Over a real socket, on a free port.
import type { Server } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import type { RealtimeClient, RealtimeClientOptions } from '@nestjs-realtime/client';
import type { Credentials } from '@nestjs-realtime/contract';
import { stringifyCookie } from 'cookie';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { TestClient } from './test-client.js';
import { waitFor } from './wait.js';

/** The credentials of the client, and how it connects. */
export interface TestClientOptions {
  /** The `auth` of the handshake, or a function that creates it before every attempt to connect. Default: none. */
  readonly auth?: Credentials | RealtimeClientOptions['auth'];
  /** Cookies, as a browser on a page of the application sends them. Default: none. */
  readonly cookies?: Readonly<Record<string, string>>;
  /** Further headers of the upgrade request. By default `origin` is that of a page that may connect; undefined omits a header. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that connecting, and each wait of the client, may take. Default 4,000, below the timeout of most test runners. */
  readonly timeout?: number;
}

interface RunningServer {
  readonly listening: Promise<void>;
  readonly clients: Set<TestClient>;
}

/** The address of a server that listens on all addresses. */
const LOOPBACK: Readonly<Record<string, string>> = { '::': '::1', '0.0.0.0': '127.0.0.1' };

const servers = new WeakMap<Server, RunningServer>();

/**
 * Connects a client of `@nestjs-realtime/client`, which must be installed, and resolves once the server has accepted it. If the
 * application does not listen yet, it first listens on a free port of 127.0.0.1. The client is closed with the application.
 * @throws RealtimeError the refusal of the first attempt, retryable or not.
 * @example
 * const ann = await connectTestClient(app, { cookies: { session: 's1' } });
 * const order = await ann.subscribe(orderChannel, { orderId: '42' });
 * await order.send('addNote', { text: 'Ring twice.' });
 * expect(await order.next('noted')).toEqual({ text: 'Ring twice.' });
 */
export async function connectTestClient(app: INestApplication, options: TestClientOptions = {}): Promise<TestClient> {
  const { auth, cookies, headers, timeout = 4_000 } = options;
  const { createRealtimeClient } = await loadClient();
  const settings = app.get(RealtimeOptions);
  const { path, transports, mode } = settings;
  if (mode !== 'server') {
    throw new RealtimeFault(`No client can connect to mode: '${mode}'; leave mode out in tests with clients.`);
  }
  const server = app.getHttpServer() as Server;
  const { listening, clients } = running(server, app);
  await listening;
  const url = urlOf(server);
  const realtime = createRealtimeClient({
    url,
    path,
    transports: [...transports],
    auth: typeof auth === 'object' ? () => auth : auth,
    headers: headersOf(pageHeaders(url, settings), cookies, headers),
    // A test wants to see what the server says.
    requireUser: false,
    autoConnect: false,
  });
  const client = new TestClient(realtime, timeout);
  await firstAttempt(realtime, timeout);
  clients.add(client);
  return client;
}

async function loadClient(): Promise<typeof import('@nestjs-realtime/client')> {
  try {
    return await import('@nestjs-realtime/client');
  } catch (cause) {
    const fault = new RealtimeFault(
      'connectTestClient() needs @nestjs-realtime/client: npm install --save-dev @nestjs-realtime/client.',
    );
    throw Object.assign(fault, { cause });
  }
}

/** Listens once per server, so that several clients may connect at once to an application that does not listen yet. */
function running(server: Server, app: INestApplication): RunningServer {
  const known = servers.get(server);
  if (known) return known;
  const clients = new Set<TestClient>();
  const listening = server.listening ? Promise.resolve() : app.listen(0, '127.0.0.1').then(() => undefined);
  server.once('close', () => {
    servers.delete(server);
    for (const client of clients) client.close();
  });
  servers.set(server, { listening, clients });
  return { listening, clients };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) {
    throw new RealtimeFault('connectTestClient() needs an application that listens on a port, not on a path.');
  }
  const host = LOOPBACK[address.address] ?? address.address;
  return `${server instanceof HttpsServer ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${address.port}`;
}

/**
 * Headers of a page that may connect: of the application itself if `origins` has `'self'` or is no list, else of the first origin; a
 * wildcard gets the label "test".
 */
function pageHeaders(url: string, { origins, hosts }: RealtimeOptions): Record<string, string> {
  if (typeof origins === 'object' && !origins.includes('self')) {
    return origins.length > 0 ? { origin: origins[0].replace('*.', 'test.') } : {};
  }
  const { host, hostname, protocol } = new URL(url);
  const names = hosts.map((name) => name.toLowerCase());
  const known = names.length === 0 || names.includes(host) || names.includes(hostname);
  return known ? { origin: url } : { origin: new URL(`${protocol}//${names[0]}`).origin, host: names[0] };
}

function headersOf(
  page: Record<string, string>,
  cookies: TestClientOptions['cookies'],
  headers: TestClientOptions['headers'] = {},
): Record<string, string | undefined> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...page, ...(cookies && { cookie: stringifyCookie(cookies) }), ...Object.fromEntries(given) };
}

/** Rejects with the first refusal, although the client retries: a test wants to see it. */
async function firstAttempt(client: RealtimeClient, timeout: number): Promise<void> {
  try {
    await waitFor(
      timeout,
      (changed) => {
        const off = client.onStatus(changed);
        client.connect();
        return off;
      },
      () => {
        const { status } = client;
        if (status.state === 'connected') return { found: true };
        if ('reason' in status) throw status.reason;
        return undefined;
      },
      () => `The client is ${client.status.state}, and was neither welcomed nor refused`,
    );
  } catch (error) {
    client.disconnect();
    throw error;
  }
}
