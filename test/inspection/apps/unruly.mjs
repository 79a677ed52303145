// How may an application behave that a command boots? It prints, keeps timers, waits for ever, ends the process, and has strange names.
import { setImmediate, setInterval } from 'node:timers';
import { Injectable, Module, UseGuards } from '@nestjs/common';
import { defineRealtimeChannel, PureGuard, RealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { decorate } from './decorate.mjs';

const root = (name, hooks, imports = [], settings = {}) => {
  const type = { [name]: class {} }[name];
  Object.assign(type.prototype, hooks);
  return decorate(type, [Module({ imports: [RealtimeModule.forRoot(settings), ...imports] })]);
};
const forever = () => new Promise(() => undefined);

export const Printing = root('Printing', { onModuleInit: () => console.log('A banner.') });
export const Busy = root('Busy', { onModuleInit: () => void setInterval(() => undefined, 1_000) });
export const NeverBoots = root('NeverBoots', { onModuleInit: forever });
export const NeverCloses = root('NeverCloses', { onModuleDestroy: forever });
export const EndsTheProcess = root('EndsTheProcess', { onModuleInit: () => process.exit(0) });
/** Tells which servers are open when everything has started. */
export const TellsItsServers = root('TellsItsServers', {
  onModuleDestroy: () => {
    const servers = process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP'));
    console.error(`Open servers: ${servers.length}`);
  },
});

/** A cursor that moves, a text that runs from right to left, a line that is forged. */
export const HOSTILE = '\u001b[2J\u202eadmin\n*';
const hostile = defineRealtimeChannel({ name: 'hostile', scope: { role: HOSTILE } });
const HostileGuard = { [HOSTILE]: class {} }[HOSTILE];
HostileGuard.prototype.canActivate = () => true;
decorate(HostileGuard, [Injectable()]);
const OnHostile = decorate(class OnHostile {}, [RealtimeChannel(hostile), UseGuards(HostileGuard)]);
const HostileModule = decorate(class HostileModule {}, [Module({ providers: [OnHostile] })]);
export const Hostile = root('Hostile', {}, [HostileModule]);

/** Channels whose guards behave as badly as their names say. */
const behaviours = {
  never: forever,
  throws: () => {
    throw new Error(HOSTILE);
  },
  ends: () => process.exit(0),
  'throws-later': () => {
    setImmediate(() => {
      throw new Error('nothing catches this');
    });
    return forever();
  },
  prints: () => {
    console.log('Asked.');
    return true;
  },
};
const claims = Object.entries(behaviours).map(([name, canActivate]) => {
  class UnrulyGuard {}
  UnrulyGuard.prototype.canActivate = canActivate;
  decorate(UnrulyGuard, [PureGuard(), Injectable()]);
  const channel = defineRealtimeChannel({ name: `unruly.${name}`, scope: 'public' });
  return decorate(class OnUnruly {}, [RealtimeChannel(channel), UseGuards(UnrulyGuard)]);
});
const UnrulyModule = decorate(class UnrulyModule {}, [Module({ providers: claims })]);
export const UnrulyGuards = root('UnrulyGuards', {}, [UnrulyModule], { requestTimeout: 300 });
