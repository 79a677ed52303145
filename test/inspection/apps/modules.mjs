// Which modules may the doctor be given? Root modules as a build leaves them: sound, invalid, and no module at all.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';

const root = (name, ...imports) => {
  const type = { [name]: class {} }[name];
  Module({ imports })(type);
  return type;
};

export const AppModule = root('AppModule', RealtimeModule.forRoot());
export const Polling = root('Polling', RealtimeModule.forRoot({ transports: ['polling'] }));
export const Silenced = root(
  'Silenced',
  RealtimeModule.forRoot({ transports: ['polling'], doctor: { silence: ['POLLING'] } }),
);
const rivals = ['rival.{a}', 'rival.{b}'].map((name) => defineRealtimeChannel({ name, scope: 'public' }));
export const AtFault = root('AtFault', RealtimeModule.forRoot(), RealtimeModule.forFeature(rivals));
export const WithoutRealtime = root('WithoutRealtime');
export const notAClass = 42;
