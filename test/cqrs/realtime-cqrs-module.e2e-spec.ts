import { Injectable, type ModuleMetadata } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { RealtimeCqrsModule, ReauthorizeOn } from 'nestjs-realtime/cqrs';
import { boot, closeApps } from '../kit/boot.js';

class RoleRevoked {
  constructor(readonly userId: string) {}
}

@RealtimeChannel(defineRealtimeChannel({ name: 'news', scope: 'authenticated' }))
@ReauthorizeOn(RoleRevoked, ({ userId }) => ({ userId }))
class NewsChannel {}

const COMPLETE = [CqrsModule.forRoot(), RealtimeModule.forRoot(), RealtimeCqrsModule.forRoot()];

afterEach(closeApps);

describe('RealtimeCqrsModule', () => {
  const faultOf = async (module: ModuleMetadata): Promise<string> =>
    boot(module).then(
      () => 'no fault',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it('is demanded at boot where a channel class has @ReauthorizeOn', async () => {
    const imports = [CqrsModule.forRoot(), RealtimeModule.forRoot()];
    expect(await faultOf({ imports, providers: [NewsChannel] })).toBe(
      'RealtimeFault: Realtime channels are invalid:\n' +
        '  - NewsChannel has @ReauthorizeOn but nothing listens to domain events; add RealtimeCqrsModule.forRoot() of nestjs-realtime/cqrs to the imports of the root module.',
    );
  });

  it('reports @ReauthorizeOn on a class that claims no channel', async () => {
    @Injectable()
    @ReauthorizeOn(RoleRevoked, ({ userId }) => ({ userId }))
    class Lost {}
    expect(await faultOf({ imports: COMPLETE, providers: [Lost] })).toContain(
      'Lost has @ReauthorizeOn but claims no channel; put @RealtimeChannel(descriptor) on the class.',
    );
  });

  it('needs an event bus', async () => {
    expect(await faultOf({ imports: [RealtimeModule.forRoot(), RealtimeCqrsModule.forRoot()] })).toBe(
      'RealtimeFault: RealtimeCqrsModule finds no EventBus; import CqrsModule.forRoot() in the root module.',
    );
  });

  it('needs RealtimeModule', async () => {
    expect(await faultOf({ imports: [CqrsModule.forRoot(), RealtimeCqrsModule.forRoot()] })).toBe(
      'RealtimeFault: RealtimeCqrsModule needs RealtimeModule.forRoot(); import both.',
    );
  });

  it('serves applications that use none of its decorators', async () => {
    expect(await faultOf({ imports: COMPLETE })).toBe('no fault');
  });
});
