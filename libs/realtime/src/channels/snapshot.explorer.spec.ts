import { type CanActivate, Controller, Inject, Injectable, Module, Scope, type Type, UseGuards } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { MessageBody } from '@nestjs/websockets';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { type ChannelAddress, defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { listChannels } from '../inspection/channel-rights.js';
import { renderChannels } from '../inspection/channel-list.js';
import { renderAuthorizationMatrix } from '../inspection/authorization-matrix.js';
import { diagnose } from '../doctor/realtime.doctor.js';
import { RealtimeModule, type RealtimeModuleOptions } from '../realtime.module.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { HandlerRegistry } from './handler.registry.js';
import { RealtimeChannel } from './realtime-channel.decorator.js';
import { Snapshot } from './snapshot.decorator.js';

const state = z.object({ n: z.number() });
const board = defineRealtimeChannel({ name: 'boards.{id}', scope: 'public', snapshot: state });
const plain = defineRealtimeChannel({ name: 'plain', scope: 'public', payload: state });

class Anyone implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

async function boot(providers: Type[], features: (typeof board | typeof plain)[] = [], options: Boot = {}) {
  const { controllers = [], ...settings } = options;
  class BoardsModule {}
  Module({ providers, controllers })(BoardsModule);
  const testing = Test.createTestingModule({
    imports: [RealtimeModule.forRoot(settings), RealtimeModule.forFeature(features), BoardsModule],
  });
  const app = (await testing.compile()).createNestApplication({ logger: false });
  try {
    await app.init();
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  return app;
}
type Boot = RealtimeModuleOptions & { readonly controllers?: Type[] };

/** The faults, one a line. */
async function faultsOf(...asked: Parameters<typeof boot>): Promise<string[]> {
  const error: unknown = await boot(...asked).then(
    () => null,
    (reason: unknown) => reason,
  );
  return String((error as Error | null)?.message)
    .split('\n')
    .slice(1)
    .map((line) => line.slice(4));
}

@RealtimeChannel(board)
class Supplier {
  @Snapshot(board)
  state({ params }: ChannelAddress<typeof board>) {
    return { n: Number(params.id) };
  }
}

describe('a method that supplies a snapshot', () => {
  it('is found at boot, and shown where channels are listed', async () => {
    const app = await boot([Supplier]);
    const { channels } = listChannels(app);
    expect(channels).toMatchObject([{ name: 'boards.{id}', snapshot: 'Supplier.state()' }]);
    expect(renderChannels(listChannels(app))).toMatch(/boards\.\{id\} +public +- +\(snapshot\) +Supplier\.state\(\)/);
    expect(renderAuthorizationMatrix(app)).toContain('boards.{id} | hear snapshot | public | -');
    expect(diagnose(app).map(({ code }) => code)).not.toContain('IDLE_CHANNEL');
    await app.close();
  });

  it('runs in a span that names the template of the channel', async () => {
    const spans: SpanOptions[] = [];
    class Tracer extends IRealtimeTracer {
      override span<Result>(options: SpanOptions, run: () => Result): Result {
        spans.push(options);
        return run();
      }
    }
    const app = await boot([Supplier], [], { tracer: Tracer });
    const { registered, address } = app.get(HandlerRegistry).match('boards.7')!;
    expect(await registered.snapshot!.source!.supply(address)).toEqual({ event: 'snapshot', json: '{"n":7}' });
    const name = 'realtime-snapshot boards.{id}';
    expect(spans).toEqual([{ op: 'realtime-snapshot', name, attributes: { channel: 'boards.{id}' } }]);
    await app.close();
  });

  it('is found on a class above, and by the unchecked form', async () => {
    abstract class Base {
      @Snapshot()
      state(): object {
        return { n: 1 };
      }
    }
    @RealtimeChannel(board)
    class Derived extends Base {}
    const app = await boot([Derived]);
    expect(listChannels(app).channels[0].snapshot).toBe('Derived.state()');
    await app.close();
  });

  it('is missing where a channel declares a snapshot', async () => {
    expect(await faultsOf([], [board])).toEqual([
      'Channel "boards.{id}" (forFeature() in RealtimeFeatureModule) declares snapshot, but no method supplies it; put @Snapshot() on a method of a @RealtimeChannel class and list the class under providers, or take snapshot out of the channel.',
    ]);
  });

  it('is not needed where no client can subscribe', async () => {
    const app = await boot([], [board], { mode: 'in-memory' });
    expect(listChannels(app).channels[0].snapshot).toBeNull();
    await app.close();
  });

  it.each<[string, () => Type[], string]>([
    ['on a class without a channel', onNoChannel, 'has @Snapshot, but Lost claims no channel'],
    [
      'of a channel without a slot',
      onPlain,
      'channel "plain" declares no snapshot; add snapshot: Schema to the channel',
    ],
    ['of another channel', onOther, 'supplies the snapshot of channel "boards.{id}", but its class claims "plain"'],
    ['beside another', twice, 'both supply the snapshot of channel "boards.{id}"; a channel has one: remove one.'],
    ['of a request', scoped, 'Scoped injects REQUEST; one answer serves all who subscribe within a second'],
    ['of a durable provider', durable, 'is request-scoped; one answer serves all who subscribe within a second'],
    ['with a guard', guarded, 'has @Snapshot and @UseGuards, but it is asked once for many'],
    ['with a user', withUser, 'takes more than the channel'],
    ['with a decorated parameter', withBody, 'takes more than the channel'],
    ['that is static', onStatic, 'has @Snapshot but is static'],
  ])('%s is a fault', async (_what, make, sentence) => {
    const faults = await faultsOf(make());
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(sentence);
  });

  it('on a controller is a fault', async () => {
    @Controller()
    class Boards {
      @Snapshot()
      state(): void {}
    }
    expect(await faultsOf([], [], { controllers: [Boards] })).toEqual([
      'Boards has @Snapshot but is a controller; move its handlers to a class of their own and list that under providers.',
    ]);
  });

  it('that names what an import cycle left undefined is a fault where it stands', () => {
    expect(() => Snapshot(undefined as never)).toThrow(
      '@Snapshot() names no channel; pass its descriptor, or nothing.',
    );
  });
});

function onNoChannel(): Type[] {
  @Injectable()
  class Lost {
    @Snapshot()
    state(): void {}
  }
  return [Lost];
}

function onPlain(): Type[] {
  @RealtimeChannel(plain)
  class Plain {
    @Snapshot()
    state(): void {}
  }
  return [Plain];
}

function onOther(): Type[] {
  @RealtimeChannel(plain)
  class Other {
    @Snapshot(board)
    state() {
      return { n: 1 };
    }
  }
  return [Other, Supplier];
}

function twice(): Type[] {
  @RealtimeChannel(board)
  class Second {
    @Snapshot()
    state(): void {}
  }
  return [Supplier, Second];
}

function scoped(): Type[] {
  @RealtimeChannel(board)
  class Scoped {
    constructor(@Inject(REQUEST) readonly request: unknown) {}
    @Snapshot()
    state(): void {}
  }
  return [Scoped];
}

function durable(): Type[] {
  @Injectable({ scope: Scope.REQUEST, durable: true })
  @RealtimeChannel(board)
  class Durable {
    @Snapshot()
    state(): void {}
  }
  return [Durable];
}

function guarded(): Type[] {
  @RealtimeChannel(board)
  class Guarded {
    @Snapshot()
    @UseGuards(Anyone)
    state(): void {}
  }
  return [Guarded];
}

function withUser(): Type[] {
  @RealtimeChannel(board)
  class WithUser {
    @Snapshot()
    state(_channel: unknown, _user: unknown): void {}
  }
  return [WithUser];
}

function withBody(): Type[] {
  @RealtimeChannel(board)
  class WithBody {
    @Snapshot()
    state(@MessageBody() _body: unknown): void {}
  }
  return [WithBody];
}

function onStatic(): Type[] {
  @RealtimeChannel(board)
  class Static {
    @Snapshot()
    static state(): void {}
  }
  return [Static, Supplier];
}
