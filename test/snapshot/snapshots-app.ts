// Which application do the tests of snapshots ask? One whose state is a list, with and without history; a test decides how the state is supplied.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type CanActivate, type LoggerService, UseGuards } from '@nestjs/common';
import {
  type AnyChannel,
  type ChannelAddress,
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeModule,
  Snapshot,
} from 'nestjs-realtime';
import type { IRealtimeBroker } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { boot, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const state = z.object({ list: z.array(z.number()), pad: z.string().optional() });
const declared = {
  scope: 'authenticated',
  events: { added: z.number(), calm: null },
  messages: { wave: { payload: z.number(), whisper: true } },
  snapshot: state,
} as const;
export const kept = defineRealtimeChannel({ ...declared, name: 'kept.{id}', history: { size: 50 } });
export const bare = defineRealtimeChannel({ ...declared, name: 'bare.{id}' });
/** What is broadcast on it waits for more of its kind. */
export const gathered = defineRealtimeChannel({ ...declared, name: 'gathered.{id}', flush: '5ms' });
export const mine = defineRealtimeChannel({
  name: 'mine.{userId}',
  scope: { userScoped: 'userId' },
  payload: z.number(),
  snapshot: state,
  autoSubscribe: true,
});
export const closed = defineRealtimeChannel({ ...declared, name: 'closed' });
export const late = defineRealtimeChannel({ ...declared, name: 'late' });

/** The kinds of channels that have a snapshot. */
export const KINDS = ['kept', 'bare', 'gathered'] as const;
const BY_KIND = { kept, bare, gathered };
export type Kind = (typeof KINDS)[number];

/** The truth, and how it is told. */
export class Truth {
  readonly lists = new Map<string, number[]>();
  readonly asked: string[] = [];
  readonly context = new AsyncLocalStorage<string>();
  /** What `context` has held in each call. */
  readonly contexts: (string | undefined)[] = [];
  /** Takes the state that is read at once, and supplies what is sent. Each connection asks for `mine` by itself, so that is not held. */
  supply: (state: { list: number[] }) => unknown = (read) => read;

  of(channel: string): number[] {
    const list = this.lists.get(channel) ?? [];
    this.lists.set(channel, list);
    return list;
  }

  /** How often the state of a channel was asked for. */
  callsFor(channel: string): number {
    return this.asked.filter((name) => name === channel).length;
  }

  state(channel: ChannelAddress): unknown {
    this.asked.push(channel.name);
    this.contexts.push(this.context.getStore());
    const read = { list: [...this.of(channel.name)] };
    return channel.name.startsWith('mine') ? read : this.supply(read);
  }
}

class Closed implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

function stateOf(channel: AnyChannel, guards: (typeof Closed)[] = []) {
  @RealtimeChannel(channel)
  @UseGuards(...guards)
  class StateOf {
    constructor(private readonly truth: Truth) {}
    @Snapshot()
    state(address: ChannelAddress): unknown {
      return this.truth.state(address);
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Truth], StateOf);
  return StateOf;
}

export interface StartOptions {
  readonly broker?: IRealtimeBroker;
  readonly requestTimeout?: number;
  readonly logger?: LoggerService;
  readonly truth?: Truth;
}

export class SnapshotsApp {
  private rooms = 1;

  private constructor(
    readonly app: TestApp,
    readonly truth: Truth,
  ) {}

  /** Nodes that share a truth are one application. */
  static async start({ logger, truth = new Truth(), ...options }: StartOptions = {}): Promise<SnapshotsApp> {
    const module = {
      imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, recoverBytes: 500_000, ...options })],
      providers: [
        { provide: Truth, useValue: truth },
        ...[kept, bare, gathered, mine].map((channel) => stateOf(channel)),
        stateOf(closed, [Closed]),
      ],
    };
    const app = await boot(module, { ...(logger && { logger }) });
    return new SnapshotsApp(app, truth);
  }

  nextRoom(): void {
    this.rooms++;
    this.truth.asked.length = 0;
    this.truth.contexts.length = 0;
    this.truth.supply = (read) => read;
  }

  target(kind: Kind): ChannelAddress<typeof bare> {
    return (BY_KIND[kind] as typeof bare).with({ id: String(this.rooms) });
  }

  /** Changes the truth, and then broadcasts the change. */
  async add(kind: Kind, ...numbers: number[]): Promise<void> {
    for (const n of numbers) {
      const target = this.target(kind);
      this.truth.of(target.name).push(n);
      await this.app.broadcast(target, 'added', n);
    }
  }
}
