// Is a declaration sound, and what does it compile to? The types refuse most of this already; JavaScript and wrong casts do not.
import type { RealtimeChannelDescriptor } from './channel-descriptor.js';
import { ChannelDefinitionError } from './channel-errors.js';
import type { ChannelLimits, HistoryOptions, PresenceOptions, SlowConsumerPolicy } from './channel-features.js';
import { contradictionIn } from './channel-contradictions.js';
import { CHANNEL_LIMITS, compileLimits } from './channel-limits.js';
import { assertScope, type ChannelScope } from './channel-scope.js';
import { ChannelTemplate } from './channel-template.js';
import { compileHistory, compilePresence } from './compile-features.js';
import { compileEvents, compileMessages } from './compile-slots.js';
import { type Duration, milliseconds } from './duration.js';
import { isPayloadSchema, type PayloadSchema } from './payload-schema.js';
import { shownValue } from './shown-value.js';

/** A declaration whose types say little. */
export interface UncheckedDefinition {
  readonly name: string;
  readonly scope: ChannelScope;
  readonly payload?: unknown;
  readonly events?: unknown;
  readonly message?: unknown;
  readonly messages?: unknown;
  readonly autoSubscribe?: boolean;
  readonly wire?: 'plain';
  readonly acks?: 'bare';
  readonly flush?: Duration;
  readonly conflate?: boolean;
  readonly slowConsumer?: SlowConsumerPolicy;
  readonly limits?: ChannelLimits;
  readonly snapshot?: PayloadSchema;
  readonly history?: boolean | HistoryOptions;
  readonly presence?: boolean | PresenceOptions;
}

const OPTIONS: ReadonlySet<string> = new Set([
  'name',
  'scope',
  'payload',
  'events',
  'message',
  'messages',
  'autoSubscribe',
  'wire',
  'acks',
  'flush',
  'conflate',
  'slowConsumer',
  'limits',
  'snapshot',
  'history',
  'presence',
] satisfies (keyof UncheckedDefinition)[]);

/** Options that are one of a few values, with those values. */
const CHOICES = {
  autoSubscribe: [true, false],
  wire: ['plain'],
  acks: ['bare'],
  conflate: [true, false],
  slowConsumer: ['disconnect', 'drop'],
} as const satisfies Partial<Record<keyof UncheckedDefinition, readonly unknown[]>>;

/** Longest time events of a channel may be gathered, in milliseconds. */
const LONGEST_WINDOW = 1_000;

/** @throws ChannelDefinitionError that says what is wrong and how to fix it. */
export function compileDefinition(definition: UncheckedDefinition): RealtimeChannelDescriptor {
  const template = new ChannelTemplate(definition?.name);
  const refuse = (problem: string): never => {
    throw new ChannelDefinitionError(`Channel "${template.source}" ${problem}`);
  };
  assertScope(definition.scope, template);
  assertOptions(definition, refuse);
  const { scope, wire, acks, slowConsumer, snapshot } = definition;
  const plain = wire === 'plain';
  const history = compileHistory(definition.history, refuse);
  const presence = compilePresence(definition.presence, refuse);
  const descriptor: RealtimeChannelDescriptor = Object.freeze({
    name: definition.name,
    scope: Object.freeze(typeof scope === 'object' ? { ...scope } : scope),
    events: compileEvents(definition, plain, refuse),
    messages: compileMessages(definition, plain, refuse),
    short: definition.payload !== undefined,
    autoSubscribe: definition.autoSubscribe === true,
    ...(plain && { wire }),
    ...(acks !== undefined && { acks }),
    ...(slowConsumer !== undefined && { slowConsumer }),
    ...(definition.flush !== undefined && { flushMs: flushWindow(definition.flush, refuse) }),
    ...(definition.conflate === true && { conflate: true }),
    ...(definition.limits !== undefined && {
      limits: compileLimits(definition.limits, CHANNEL_LIMITS, 'its limits', refuse),
    }),
    ...(snapshot !== undefined && { snapshot }),
    ...(history !== undefined && { history }),
    ...(presence !== undefined && { presence }),
    template,
    // Not frozen: freezing would take longer than all the rest, and gate 4 checks the name again.
    with: (params: Readonly<Record<string, string>>) => ({
      descriptor,
      name: template.build(params),
      params: { ...params },
    }),
  });
  const contradiction = contradictionIn(descriptor);
  if (contradiction !== null) refuse(contradiction);
  return descriptor;
}

function assertOptions(definition: UncheckedDefinition, refuse: (problem: string) => never): void {
  const unknown = Object.keys(definition).find((option) => !OPTIONS.has(option));
  if (unknown !== undefined) refuse(`has no option "${unknown}"; the options are ${[...OPTIONS].join(', ')}.`);
  for (const [option, allowed] of Object.entries(CHOICES) as [keyof typeof CHOICES, readonly unknown[]][]) {
    const value: unknown = definition[option];
    if (value === undefined || allowed.includes(value)) continue;
    refuse(
      `has ${option}: ${shownValue(value)}; write ${allowed.map((choice) => shownValue(choice)).join(' or ')}, or leave it out.`,
    );
  }
  if (definition.snapshot !== undefined && !isPayloadSchema(definition.snapshot)) {
    refuse('has a snapshot without a schema; give it a class or a Standard Schema.');
  }
}

function flushWindow(flush: Duration, refuse: (problem: string) => never): number {
  const window = milliseconds(flush);
  if (window !== null && window >= 1 && window <= LONGEST_WINDOW) return window;
  return refuse(`has flush: ${shownValue(flush)}; write '1ms' to '1s', or leave it out.`);
}
