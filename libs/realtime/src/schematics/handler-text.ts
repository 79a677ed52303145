// What is in the files of a new handler? One method, which tells every subscriber where an event carries what the message carries.
import { addressText } from './channel-text.js';
import type { DeclaredMessage } from './channel-source.js';
import { SAMPLE } from './payload-text.js';

export interface HandlerPlan {
  /** `OnAddNote` */
  readonly className: string;
  /** `addNote` */
  readonly message: string;
  readonly declared: DeclaredMessage;
  /** Whether the payload is the one of our sample. */
  readonly sample: boolean;
}

const QUIET = `  handle(): void {
    // The payload has passed gate 3. Take it and the context as arguments: handle(payload, ctx).
  }`;

export function handlerText(plan: HandlerPlan, from: string): string {
  const { className, message, declared } = plan;
  const { symbol } = declared;
  const types = `<typeof ${symbol}, '${message}'>`;
  const [payload, imports] =
    declared.slot === 'null' ? ['_payload: undefined', ''] : [`payload: MessageOutput${types}`, 'type MessageOutput, '];
  const event = declared.slot === 'null' ? `'${declared.event}'` : `'${declared.event}', payload`;
  const method = `  async handle(
    ${payload},
    ctx: RealtimeContext${types},
  ): Promise<void> {
    await ctx.broadcast(${event});
  }`;
  const quiet = declared.event === null;
  const names = quiet
    ? 'RealtimeChannel, RealtimeHandler'
    : `${imports}RealtimeChannel, type RealtimeContext, RealtimeHandler`;
  return `import { ${names} } from 'nestjs-realtime';
import { ${symbol} } from '${from}';

@RealtimeChannel(${symbol})
export class ${className} {
  @RealtimeHandler(${symbol}, '${message}')
${quiet ? QUIET : method}
}
`;
}

export function handlerSpecText(plan: HandlerPlan, from: { channel: string; handler: string }): string {
  const { className, declared } = plan;
  const { event, params, symbol, slot } = declared;
  const payload = slot === 'null' ? 'undefined' : SAMPLE;
  if (event === null || params === null || (slot !== 'null' && !plan.sample)) return plainSpecText(plan, from.handler);
  return `import { RecordingRealtimeBroadcaster, testContext } from 'nestjs-realtime/testing';
import { ${symbol} } from '${from.channel}';
import { ${className} } from '${from.handler}';

describe('${className}', () => {
  it('broadcasts ${event}', async () => {
    const realtime = new RecordingRealtimeBroadcaster();
    const address = ${addressText(symbol, params)};
    const ctx = testContext(address, { user: { userId: 'ada' }, realtime });

    await new ${className}().handle(${payload}, ctx);

    expect(realtime.payloadsOf(address, '${event}')).toEqual([${payload}]);
  });
});
`;
}

/** What can be said of a handler whose payload we do not know. */
function plainSpecText({ className }: HandlerPlan, from: string): string {
  return `import { ${className} } from '${from}';

describe('${className}', () => {
  it('is defined', () => {
    expect(new ${className}()).toBeDefined();
  });
});
`;
}
