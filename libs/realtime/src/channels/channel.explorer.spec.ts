import { type CanActivate, Controller, Injectable, Module, type Type, UseGuards } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeModule } from '../realtime.module.js';
import { OnRealtime } from './on-realtime.decorator.js';
import { IRealtimeHandlerRegistry } from './realtime-handler.registry.js';
import { RealtimeChannel } from './realtime-channel.decorator.js';
import { RealtimeHandler } from './realtime-handler.decorator.js';

const note = z.object({ text: z.string() });
const channel = <Name extends string>(name: Name) =>
  defineRealtimeChannel({ name, scope: 'public', events: { added: note }, messages: { add: note, drop: note } });

describe('exploring an application at boot', () => {
  const running: TestingModule[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
  });

  const declare = (...imports: Parameters<typeof Test.createTestingModule>[0]['imports'] & object) =>
    Test.createTestingModule({ imports: [RealtimeModule.forRoot({ mode: 'in-memory' }), ...imports] });

  async function boot(...imports: Parameters<typeof declare>): Promise<IRealtimeHandlerRegistry> {
    const app = await declare(...imports).compile();
    await app.init();
    running.push(app);
    return app.get(IRealtimeHandlerRegistry);
  }

  async function faultOf(...imports: Parameters<typeof declare>): Promise<string> {
    const app = await declare(...imports).compile();
    const error: unknown = await app.init().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(RealtimeFault);
    return (error as Error).message;
  }

  function feature(name: string, providers: Type[], controllers: Type[] = []): Type {
    const module = { [name]: class {} }[name];
    Module({ providers, controllers })(module);
    return module;
  }

  it('finds channels of handlers and of features, whatever module they are in', async () => {
    const [notes, news] = [channel('notes.{id}'), channel('news')];
    @RealtimeChannel(notes)
    class OnAdd {
      @RealtimeHandler('add')
      handle(): void {}
    }
    @RealtimeChannel(notes)
    class OnDrop {
      @RealtimeHandler('drop')
      handle(): void {}
    }
    const registry = await boot(feature('NotesModule', [OnAdd, OnDrop]), RealtimeModule.forFeature([news, notes]));
    expect(registry.listChannels()).toEqual(expect.arrayContaining([notes, news]));
    expect(registry.listChannels()).toHaveLength(2);
    expect(registry.list()).toEqual([
      { descriptor: notes, message: 'add' },
      { descriptor: notes, message: 'drop' },
    ]);
  });

  it('finds the handlers a class inherits', async () => {
    const notes = channel('notes');
    abstract class Adding {
      @RealtimeHandler('add')
      handle(): void {}
    }
    @RealtimeChannel(notes)
    class OnAdd extends Adding {}
    expect((await boot(feature('NotesModule', [OnAdd]))).list()).toEqual([{ descriptor: notes, message: 'add' }]);
  });

  it('reports every fault in one message that stops the boot', async () => {
    const [notes, news, rival] = [channel('notes.{id}'), channel('news'), channel('notes.latest')];
    @RealtimeChannel(notes)
    class OnNote {
      @RealtimeHandler('add')
      add(): void {}
      @RealtimeHandler('add')
      again(): void {}
      @RealtimeHandler('ad')
      misspelt(): void {}
      @RealtimeHandler()
      byDefault(): void {}
    }
    @RealtimeChannel(rival)
    class OnRival {}
    @Controller()
    @RealtimeChannel(news)
    class NewsController {}
    @Injectable()
    class Homeless {
      @RealtimeHandler('add')
      handle(): void {}
    }
    const fault = await faultOf(feature('NotesModule', [OnNote, OnRival, Homeless], [NewsController]));
    const [heading, ...faults] = fault.split('\n');
    expect(heading).toBe('Realtime channels are invalid:');
    expect(faults.sort()).toEqual(
      [
        '  - OnNote.again() in NotesModule and OnNote.add() in NotesModule both handle "add" of channel "notes.{id}"; a message can have only one handler: remove one.',
        '  - OnNote.misspelt() in NotesModule handles "ad", which channel "notes.{id}" does not declare; add it to the channel\'s messages (add, drop) or fix the name.',
        '  - OnNote.byDefault() in NotesModule handles "message", which channel "notes.{id}" does not declare; add it to the channel\'s messages (add, drop) or fix the name.',
        '  - Channel "notes.latest" (OnRival in NotesModule) and channel "notes.{id}" (OnNote in NotesModule) can match the same name; give one of them another literal segment, or register one descriptor for both.',
        '  - NewsController has @RealtimeChannel but is a controller; move its handlers to a class of their own and list that under providers.',
        '  - Homeless.handle() has @RealtimeHandler, but Homeless claims no channel; put @RealtimeChannel(descriptor) on the class.',
      ].sort(),
    );
  });

  it('accepts a method that names the channel of its class, and reports one that names another', async () => {
    const [notes, news] = [channel('notes'), channel('news')];
    @RealtimeChannel(notes)
    class OnNotes {
      @RealtimeHandler(notes, 'add')
      add(): void {}
      @RealtimeHandler(news, 'drop')
      drop(): void {}
    }
    expect(await faultOf(feature('NotesModule', [OnNotes]), RealtimeModule.forFeature([news]))).toBe(
      'Realtime channels are invalid:\n  - OnNotes.drop() in NotesModule handles a message of channel "news", but its class claims "notes"; pass the descriptor of the class to @RealtimeHandler, or move the method.',
    );
    @RealtimeChannel(news)
    class OnNews {
      @RealtimeHandler(news, 'add')
      add(): void {}
    }
    expect((await boot(feature('NewsModule', [OnNews]))).list()).toEqual([{ descriptor: news, message: 'add' }]);
  });

  it('reports handlers that would be lost without a word', async () => {
    const notes = channel('notes');
    const replaced: MethodDecorator = (_target, _method, descriptor) => ({
      ...descriptor,
      value: (() => undefined) as never,
    });
    const symbol = Symbol('add');
    class Adding {
      @RealtimeHandler('add')
      add(): void {}
    }
    class AddingMore extends Adding {
      override add(): void {}
    }
    @RealtimeChannel(notes)
    class OnNotes extends AddingMore {
      @RealtimeHandler(notes, 'add')
      static add(): void {}
      @RealtimeHandler('add')
      @RealtimeHandler(notes, 'drop')
      both(): void {}
      @RealtimeHandler('add')
      @RealtimeHandler('add')
      again(): void {}
      @replaced
      @RealtimeHandler('drop')
      drop(): void {}
      @RealtimeHandler('drop')
      [symbol](): void {}
    }
    const fault = await faultOf(feature('NotesModule', [OnNotes]));
    expect(fault.split('\n').slice(1)).toEqual([
      '  - OnNotes.add() has @RealtimeHandler but is static; remove static.',
      '  - OnNotes.drop() has @RealtimeHandler, but another decorator or a spy has replaced the method; put @RealtimeHandler above the others, and spy on instances.',
      '  - OnNotes.Symbol(add)() has @RealtimeHandler, but its name is a symbol; give it a plain name.',
      '  - AddingMore.add() overrides Adding.add(), which has @RealtimeHandler, and has none itself; put @RealtimeHandler on the override too, or name it otherwise.',
      '  - OnNotes.both() in NotesModule has @RealtimeHandler 2 times, for "drop" and "add"; a method handles one message: write a method for each.',
      '  - OnNotes.again() in NotesModule has @RealtimeHandler 2 times, for "add" and "add"; a method handles one message: write a method for each.',
    ]);
  });

  it('reports a class that claims two channels, and a controller with handlers', async () => {
    const [notes, news] = [channel('notes'), channel('news')];
    @RealtimeChannel(news)
    @RealtimeChannel(notes)
    class OnBoth {
      @RealtimeHandler('add')
      add(): void {}
    }
    @Controller()
    class NotesController {
      @RealtimeHandler('drop')
      drop(): void {}
    }
    expect(await faultOf(feature('NotesModule', [OnBoth], [NotesController]))).toBe(
      'Realtime channels are invalid:\n' +
        '  - OnBoth in NotesModule has @RealtimeChannel 2 times, for "notes" and "news"; a class claims one channel: write a class for each.\n' +
        '  - NotesController has @RealtimeHandler but is a controller; move its handlers to a class of their own and list that under providers.',
    );
    @RealtimeChannel(news)
    class OnNews extends OnBoth {}
    expect((await boot(feature('NewsModule', [OnNews]))).list()).toEqual([{ descriptor: news, message: 'add' }]);
  });

  it('reports a class whose channel an import cycle has left undefined, also where it has guards alone', async () => {
    @RealtimeChannel(undefined as never)
    class OnNothing {}
    expect(await faultOf(feature('NotesModule', [OnNothing]))).toContain(
      'OnNothing in NotesModule names a channel that was not made by defineRealtimeChannel(); pass its descriptor.',
    );
  });

  it('accepts an override that is decorated, also for another message', async () => {
    const notes = channel('notes');
    class Adding {
      @RealtimeHandler('add')
      take(): void {}
    }
    @RealtimeChannel(notes)
    class OnDrop extends Adding {
      @RealtimeHandler('drop')
      override take(): void {}
    }
    expect((await boot(feature('NotesModule', [OnDrop]))).list()).toEqual([{ descriptor: notes, message: 'drop' }]);
  });

  it('reports a static handler of a class that claims no channel', async () => {
    class Helper {
      @RealtimeHandler('add')
      static add(): void {}
    }
    expect(await faultOf(feature('NotesModule', [Helper]))).toContain(
      'Helper.add() has @RealtimeHandler but is static',
    );
  });

  it('refuses a handler that is no method when it is decorated', () => {
    const decorate = () => RealtimeHandler('add')(class OnAdd {}.prototype, 'add', { get: () => null });
    expect(decorate).toThrow(RealtimeFault);
    expect(decorate).toThrow('OnAdd.add() has @RealtimeHandler but is no method; write it as a method.');
  });

  it('reports listeners of hooks that would hear nothing', async () => {
    class Hearing {
      @OnRealtime('connected')
      hear(): void {}
      @OnRealtime('connected')
      static hear(): void {}
    }
    @Injectable()
    class HearingNothing extends Hearing {
      override hear(): void {}
    }
    const fault = await faultOf(feature('HookModule', [HearingNothing]));
    expect(fault).toContain('Hearing.hear() has @OnRealtime but is static; remove static.');
    expect(fault).toContain('HearingNothing.hear() overrides Hearing.hear(), which has @OnRealtime');
  });

  it.each([undefined, null, 42, {}, () => undefined, 'notes'])(
    'needs a descriptor where a method names a channel and a message: %p is none',
    (descriptor) => {
      const decorate = () => RealtimeHandler(descriptor as never, 'add' as never);
      expect(decorate).toThrow(RealtimeFault);
      expect(decorate).toThrow(
        '@RealtimeHandler() names no channel; pass its descriptor, or the name of the message alone. If you did, an import cycle may have left it undefined.',
      );
    },
  );

  it('names both modules of two handlers of one message', async () => {
    const notes = channel('notes');
    @RealtimeChannel(notes)
    class One {
      @RealtimeHandler('add')
      handle(): void {}
    }
    @RealtimeChannel(notes)
    class Two {
      @RealtimeHandler('add')
      take(): void {}
    }
    expect(await faultOf(feature('OneModule', [One]), feature('TwoModule', [Two]))).toContain(
      'Two.take() in TwoModule and One.handle() in OneModule both handle "add" of channel "notes"',
    );
  });

  it('reports faults of forFeature together with all others', async () => {
    const fault = await faultOf(
      RealtimeModule.forFeature([channel('a.{x}')]),
      RealtimeModule.forFeature([channel('a.{y}'), undefined as never]),
    );
    expect(fault).toContain('Channel "a.{y}" (forFeature() in RealtimeFeatureModule) and channel "a.{x}"');
    expect(fault).toContain('names a channel that was not made by defineRealtimeChannel(); pass its descriptor.');
  });

  it('reports a fault of a channel once, however many handlers its class has', async () => {
    class Bare {
      text: string;
    }
    const bare = defineRealtimeChannel({ name: 'bare', scope: 'public', messages: { add: Bare, drop: note } });
    @RealtimeChannel(bare)
    class OnBare {
      @RealtimeHandler('add')
      add(): void {}
      @RealtimeHandler('drop')
      drop(): void {}
    }
    const fault = await faultOf(feature('BareModule', [OnBare]));
    expect(fault.match(/has no class-validator decorators/g)).toHaveLength(1);
  });

  it('accepts a provider that a test puts in the place of a channel class', async () => {
    const notes = channel('notes');
    @RealtimeChannel(notes)
    class OnAdd {
      @RealtimeHandler('add')
      handle(): void {}
    }
    const app = await declare(feature('NotesModule', [OnAdd]), RealtimeModule.forFeature([notes]))
      .overrideProvider(OnAdd)
      .useValue({})
      .compile();
    running.push(app);
    await expect(app.init()).resolves.toBeDefined();
    expect(app.get(IRealtimeHandlerRegistry).list()).toEqual([]);
  });

  it('ignores classes that belong to another application of the process', async () => {
    const [ours, theirs] = [channel('ours'), channel('theirs')];
    @RealtimeChannel(theirs)
    class OnTheirs {
      @RealtimeHandler('add')
      handle(): void {}
    }
    @RealtimeChannel(ours)
    class OnOurs {
      @RealtimeHandler('add')
      handle(): void {}
    }
    const [one, two] = [await boot(feature('OurModule', [OnOurs])), await boot(feature('TheirModule', [OnTheirs]))];
    expect(one.listChannels()).toEqual([ours]);
    expect(two.listChannels()).toEqual([theirs]);
  });

  it('resolves the guards of a channel class from its module', async () => {
    const notes = channel('notes');
    @Injectable()
    class Members {}
    @Injectable()
    class MemberGuard implements CanActivate {
      constructor(readonly members: Members) {}
      canActivate(): boolean {
        return this.members instanceof Members;
      }
    }
    @RealtimeChannel(notes)
    @UseGuards(MemberGuard)
    class OnNotes {
      @RealtimeHandler('add')
      handle(): void {}
    }
    await expect(boot(feature('NotesModule', [OnNotes, Members]))).resolves.toBeDefined();
  });
});
