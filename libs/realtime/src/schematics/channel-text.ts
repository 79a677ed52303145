// What is in the files of a new channel? The declaration, and a test that one of its events passes gate 4.
import { PAYLOADS, SAMPLE } from './payload-text.js';
import { SchematicFault } from './schematic-fault.js';
import type { Validation } from './validation.js';

export interface ChannelPlan {
  /** `orderChannel` */
  readonly symbol: string;
  /** `OrderPayload` */
  readonly payload: string;
  readonly name: string;
  readonly params: readonly string[];
  /** As it is written in the declaration. */
  readonly scope: string;
  readonly events: readonly string[];
  readonly messages: readonly string[];
  readonly validation: Validation;
}

/** `public`, `authenticated`, `role:admin`, `userScoped`, `userScoped:ownerId`. @throws SchematicFault */
export function scopeText(scope: string, params: readonly string[]): string {
  const [kind, argument] = scope.split(/:(.*)/s);
  if (scope === 'public' || scope === 'authenticated') return `'${scope}'`;
  if (kind === 'role' && argument && /^[\w-]+$/.test(argument)) return `{ role: '${argument}' }`;
  if (kind === 'userScoped' || kind === 'user-scoped') {
    const param = argument ?? params[0] ?? '';
    if (params.includes(param)) return `{ userScoped: '${param}' }`;
    throw new SchematicFault(`The scope userScoped names a param of the channel; pass --param ${param || 'userId'}.`);
  }
  throw new SchematicFault(`"${scope}" is no scope; write public, authenticated, role:admin or userScoped.`);
}

export function channelText({ symbol, payload, name, scope, events, messages, validation }: ChannelPlan): string {
  const { importLine, declaration, slot } = PAYLOADS[validation];
  const slots = (key: string, names: readonly string[]): string =>
    names.length === 0 ? '' : `  ${key}: {\n${names.map((each) => `    ${each}: ${slot(payload)},\n`).join('')}  },\n`;
  return `${importLine}import { defineRealtimeChannel } from 'nestjs-realtime';

${declaration(payload)}export const ${symbol} = defineRealtimeChannel({
  name: '${name}',
  scope: ${scope},
${slots('events', events)}${slots('messages', messages)}});
`;
}

/** Globals only, so that it runs in the Jest of one template and in the Vitest of another. */
export function channelSpecText({ symbol, params, events, validation }: ChannelPlan, from: string): string {
  const [event] = events;
  const target = addressText(symbol, params);
  const payload = validation === 'none' ? '' : `, ${SAMPLE}`;
  const sent = validation === 'none' ? 'undefined' : SAMPLE;
  return `import { RecordingRealtimeBroadcaster } from 'nestjs-realtime/testing';
import { ${symbol} } from '${from}';

describe('${symbol}', () => {
  it('broadcasts ${event}', async () => {
    const realtime = new RecordingRealtimeBroadcaster();
    const address = ${target};

    await realtime.broadcast(address, '${event}'${payload});

    expect(realtime.payloadsOf(address, '${event}')).toEqual([${sent}]);
  });
});
`;
}

/** One concrete channel of the declaration. */
export function addressText(symbol: string, params: readonly string[]): string {
  return params.length === 0 ? symbol : `${symbol}.with({ ${params.map((param) => `${param}: '42'`).join(', ')} })`;
}
