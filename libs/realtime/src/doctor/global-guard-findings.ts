// Does the application rely on guards that do not run here? Global guards run on HTTP only.
import type { ExternalContextCreator } from '@nestjs/core';
import { globalGuardsOf } from '../channels/nest-internals.js';
import type { RealtimeFinding } from './finding.js';

export function globalGuardFindings(contexts: ExternalContextCreator): RealtimeFinding[] {
  const config = globalGuardsOf(contexts);
  if (config === undefined) return [];
  const names = [
    ...config.getGlobalGuards().map((guard) => guard.constructor.name),
    ...config.getGlobalRequestGuards().map(({ metatype, name }) => metatype?.name ?? name),
  ];
  if (names.length === 0) return [];
  return [
    {
      code: 'GLOBAL_GUARDS',
      severity: 'info',
      message: `Global guards run on HTTP only, and not on realtime traffic: ${[...new Set(names)].join(', ')}.`,
      fix: 'Where their rule is meant for realtime too, list a guard in RealtimeModule.forRoot({ guards: { connect } }) or in @UseGuards() on the channel class.',
    },
  ];
}
