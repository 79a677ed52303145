// Which options of a channel contradict each other?
import type { RealtimeChannelDescriptor } from './channel-descriptor.js';
import { scopedParam } from './channel-scope.js';
import { messageOptions } from './message-slot.js';

type Rule = (channel: RealtimeChannelDescriptor) => string | false;

/** Each rule returns what is wrong and how to fix it, without the channel's name; false if nothing is. */
const RULES: readonly Rule[] = [
  ({ history, conflate }) =>
    history !== undefined &&
    conflate === true &&
    'has both history and conflate: a log keeps every event; remove one of them.',
  ({ history, slowConsumer }) =>
    history !== undefined &&
    slowConsumer === 'drop' &&
    "has both history and slowConsumer: 'drop': a log has no gaps; remove one of them.",
  ({ presence, scope }) =>
    presence !== undefined &&
    scope === 'public' &&
    'has presence, but anonymous connections are no members; use another scope.',
  ({ presence, messages }) =>
    presence?.setBy === 'member' &&
    'presence' in messages &&
    'declares the message "presence", by which members set their presence data; give it another name.',
  ({ snapshot, events }) =>
    snapshot !== undefined &&
    'snapshot' in events &&
    'has both a snapshot and an event named "snapshot"; rename the event.',
  ({ snapshot, messages }) =>
    snapshot !== undefined &&
    'snapshot' in messages &&
    messageOptions(messages.snapshot).whisper === true &&
    'has both a snapshot and a whisper named "snapshot"; rename the whisper.',
  ({ acks, wire }) =>
    acks !== undefined && wire !== 'plain' && "has acks: 'bare' without wire: 'plain'; add it, or remove acks.",
  missingParams,
  plainFeature,
  sharedName,
];

/** What is wrong with a channel and how to fix it, without its name; null if its options fit together. */
export function contradictionIn(channel: RealtimeChannelDescriptor): string | null {
  for (const rule of RULES) {
    const problem = rule(channel);
    if (problem !== false) return problem;
  }
  return null;
}

function missingParams({ autoSubscribe, scope, template }: RealtimeChannelDescriptor): string | false {
  const given = scopedParam(scope);
  const missing = template.paramNames.find((param) => param !== given);
  return (
    autoSubscribe &&
    missing !== undefined &&
    `has autoSubscribe, but a user does not give the param {${missing}}; remove it from the name, or scope the channel by it with userScoped or sessionScoped.`
  );
}

function plainFeature({ wire, history, presence, snapshot, messages }: RealtimeChannelDescriptor): string | false {
  if (wire !== 'plain') return false;
  const declared = Object.entries({ history, presence, snapshot }).find(([, option]) => option !== undefined)?.[0];
  const whisper = Object.entries(messages).find(([, slot]) => messageOptions(slot).whisper === true)?.[0];
  const feature = declared ?? (whisper === undefined ? undefined : `the whisper "${whisper}"`);
  return (
    feature !== undefined && `has wire: 'plain', in which ${feature} has no form; remove ${feature}, or remove wire.`
  );
}

function sharedName({ messages, events }: RealtimeChannelDescriptor): string | false {
  const shared = Object.entries(messages).find(
    ([name, slot]) => name in events && messageOptions(slot).whisper === true,
  );
  return (
    shared !== undefined &&
    `declares "${shared[0]}" as an event and as a whisper, and subscribers could not tell them apart; rename one.`
  );
}
