// What if a channel has a guard that Nest does not run? Then the application must not start.
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CanActivate, Injectable, Scope, UseGuards } from '@nestjs/common';
import { GuardsContextCreator } from '@nestjs/core/guards/guards-context-creator.js';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeFault,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';

const closedChannel = () => defineRealtimeChannel({ name: 'closed', scope: 'public', message: z.unknown() });

@Injectable()
class NoGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

const start = (...providers: (new () => object)[]) => boot({ imports: [RealtimeModule.forRoot()], providers });

describe('a guard that would not run', () => {
  const { defineMetadata } = Reflect;
  const { create } = GuardsContextCreator.prototype;

  afterEach(async () => {
    Reflect.defineMetadata = defineMetadata;
    GuardsContextCreator.prototype.create = create;
    await closeApps();
  });

  it('rejects the boot where @UseGuards() stores its guards under another key', async () => {
    Reflect.defineMetadata = ((key: unknown, ...rest: [unknown, object]) =>
      defineMetadata(key === '__guards__' ? '__guardsOfClass__' : key, ...rest)) as typeof defineMetadata;
    @RealtimeChannel(closedChannel())
    @UseGuards(NoGuard)
    class OnClosed {}
    const booting = start(OnClosed);
    await expect(booting).rejects.toBeInstanceOf(RealtimeFault);
    await expect(booting).rejects.toThrow('@UseGuards() sets no metadata "__guards__" on a class.');
  });

  it('rejects the boot where Nest finds no guard on the class', async () => {
    @RealtimeChannel(closedChannel())
    @UseGuards(NoGuard)
    class OnClosed {}
    GuardsContextCreator.prototype.create = function (this: GuardsContextCreator, instance: object, ...rest: never[]) {
      return instance.constructor === OnClosed ? [] : create.apply(this, [instance, ...rest] as never);
    };
    await expect(start(OnClosed)).rejects.toThrow('names 1 guards (NoGuard), but Nest runs 0 of them');
  });

  it('rejects the boot where @UseGuards() was given a class that is no guard', async () => {
    class Forgetful {}
    @RealtimeChannel(closedChannel())
    @UseGuards(Forgetful)
    class OnClosed {}
    await expect(start(OnClosed)).rejects.toThrow(/Forgetful/);
  });

  it('rejects the boot where the handler is no longer the method that has the guard', async () => {
    @RealtimeChannel(closedChannel())
    class OnClosed {
      constructor() {
        this.handle = this.handle.bind(this);
      }
      @RealtimeHandler()
      @UseGuards(NoGuard)
      handle(): void {}
    }
    await expect(start(OnClosed)).rejects.toThrow('names 1 guards (NoGuard), but Nest runs 0 of them');
  });

  it('refuses each message where the handler of a request-scoped class has lost it', async () => {
    const handled: string[] = [];
    @RealtimeChannel(closedChannel())
    @Injectable({ scope: Scope.REQUEST })
    class OnClosed {
      constructor() {
        this.handle = this.handle.bind(this);
      }
      @RealtimeHandler()
      @UseGuards(NoGuard)
      handle(): void {
        handled.push('closed');
      }
    }
    const app = await start(OnClosed);
    const client = await app.connect();
    expect(await client.subscribe('closed')).toMatchObject({ ok: true });
    expect(await client.send('closed', 'message')).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(handled).toEqual([]);
  });
});
