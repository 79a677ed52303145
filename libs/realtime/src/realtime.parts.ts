// Which parts does an application bring? Each as a class, an instance, or a Nest provider without its token.
import type { Abstract, CanActivate, ModuleMetadata, Provider, Type } from '@nestjs/common';
import { AnonymousAuthenticator, IRealtimeAuthenticator } from './authorization/realtime.authenticator.js';
import { InMemoryRealtimeBroker } from './broker/in-memory.broker.js';
import { IRealtimeBroker } from './broker/realtime.broker.js';
import { IRealtimeServer } from './connections/realtime.server.js';
import { CONNECT_GUARDS } from './guards/connect.guard.js';
import { IRealtimeTracer, NoopTracer } from './instrumentation/realtime.tracer.js';
import { NoOutboxStore } from './outbox/no-outbox.store.js';
import { IRealtimeOutboxStore } from './outbox/outbox.store.js';
import { RealtimeFault } from './realtime.exception.js';
import { SocketIORealtimeServer } from './socket-io/socket-io.server.js';

/** One part: a class, an instance, an existing provider or a factory. */
export type RealtimePart<Part extends object> =
  | Type<Part>
  | Part
  | { readonly useExisting: Type<Part> | Abstract<Part> | string | symbol }
  | {
      readonly useFactory: (...dependencies: never[]) => Part | Promise<Part>;
      readonly inject?: readonly unknown[];
    };

/** The parts that an application brings. They are known when the module is declared, with `forRootAsync` too. */
export interface RealtimeModuleParts {
  /** Modules whose exports the other parts inject. */
  readonly imports?: ModuleMetadata['imports'];
  /** Finds the user of a connection. Without it, every client is anonymous. */
  readonly authenticator?: RealtimePart<IRealtimeAuthenticator>;
  /** The application's own guards. They run after gate 1 has authenticated. */
  readonly guards?: { readonly connect?: readonly Type<CanActivate>[] };
  /** Carries events to the clients of every node. Default: this process is the only node. */
  readonly broker?: RealtimePart<IRealtimeBroker>;
  /** Carries events and requests between this node and its clients. Default: Socket.IO. */
  readonly server?: RealtimePart<IRealtimeServer>;
  /** Receives spans. Default: no spans are made. */
  readonly tracer?: RealtimePart<IRealtimeTracer>;
  /** Keeps events that were broadcast in a transaction until they are published, for `RealtimeOutbox`. Default: there is no outbox. */
  readonly outbox?: RealtimePart<IRealtimeOutboxStore<never>>;
  /** Whether every module can inject `IRealtimeBroadcaster` without importing this one. Default true. */
  readonly global?: boolean;
}

/** Providers of all parts; the token of each is its port. */
export function partProviders({
  authenticator,
  guards,
  broker,
  server,
  tracer,
  outbox,
}: RealtimeModuleParts): Provider[] {
  return [
    providerOf(IRealtimeAuthenticator, authenticator ?? AnonymousAuthenticator),
    providerOf(IRealtimeBroker, broker ?? InMemoryRealtimeBroker),
    providerOf(IRealtimeServer, server ?? SocketIORealtimeServer),
    providerOf(IRealtimeTracer, tracer ?? NoopTracer),
    providerOf<IRealtimeOutboxStore<never>>(IRealtimeOutboxStore, outbox ?? NoOutboxStore),
    ...connectGuards(guards?.connect ?? []),
  ];
}

/** Each guard is a provider, so that Nest knows its scope. */
function connectGuards(guards: readonly Type<CanActivate>[]): Provider[] {
  const providers = guards.map((guard) => {
    if (typeof guard !== 'function') {
      throw new RealtimeFault(
        `guards.connect has ${String(guard)}, which is no class; list classes of guards. If you did, an import cycle may have left it undefined.`,
      );
    }
    return { provide: Symbol(`nestjs-realtime:${guard.name}`), useClass: guard };
  });
  const inject = providers.map(({ provide }) => provide);
  return [...providers, { provide: CONNECT_GUARDS, useFactory: (...made: CanActivate[]) => made, inject }];
}

/** What each port must have. A class or an object of another kind is a fault at once, and not at its first call. */
const PORTS = new Map<Abstract<object>, readonly string[]>([
  [IRealtimeAuthenticator, ['authenticate']],
  [IRealtimeBroker, ['start', 'stop', 'publish', 'watch', 'unwatch', 'read', 'positions', 'fork', 'command', 'health']],
  [
    IRealtimeServer,
    ['gatewayOptions', 'mount', 'attach', 'open', 'stopAccepting', 'deliver', 'connectionsIn', 'stats'],
  ],
  [IRealtimeTracer, ['span']],
  [IRealtimeOutboxStore, ['insert', 'claim', 'remove']],
]);

/** What Nest makes or finds is checked at boot: the methods of a class may be fields. */
export function partChecks(): Provider[] {
  return [...PORTS.keys()].map((port) => ({
    provide: Symbol(`nestjs-realtime:${port.name}`),
    useFactory: (made: object) => void checked(port, made),
    inject: [port],
  }));
}

function providerOf<Part extends object>(port: Abstract<Part>, part: RealtimePart<Part>): Provider {
  if (typeof part === 'function') return { provide: port, useClass: part };
  if (typeof part !== 'object' || part === null) throw notA(port, String(part));
  if ('useExisting' in part) return { provide: port, useExisting: part.useExisting };
  if ('useFactory' in part) {
    const { useFactory, inject = [] } = part;
    return {
      provide: port,
      useFactory: async (...dependencies: never[]) => {
        const made = await useFactory(...dependencies);
        return checked(port, made);
      },
      inject: [...inject] as never[],
    };
  }
  return { provide: port, useValue: checked(port, part) };
}

/** @throws RealtimeFault that says which method is missing. */
function checked<Value>(port: Abstract<object>, value: Value): Value {
  const missing = PORTS.get(port)!.find(
    (method) => typeof (value as Record<string, unknown> | null | undefined)?.[method] !== 'function',
  );
  if (missing === undefined) return value;
  const name = (value as object | null | undefined)?.constructor?.name;
  throw new RealtimeFault(
    `${name ?? String(value)} has no ${missing}(), so it is no ${port.name}; let its class extend ${port.name}.`,
  );
}

function notA(port: Abstract<object>, given: string): RealtimeFault {
  return new RealtimeFault(
    `${given} is no ${port.name}; pass a class, an instance, { useExisting } or { useFactory, inject }. If you did, an import cycle may have left it undefined.`,
  );
}
