// Under which names does NATS keep what belongs to a channel? Each channel is one token, because names of channels have any characters.

export const LOGS = 'RT_LOGS';
export const COMMANDS = 'RT_COMMANDS';
export const NODES = 'RT_NODES';

const token = (name: string): string => Buffer.from(name).toString('base64url');

/** What was written to a log. */
export const written = (channel: string): string => `rt.log.${token(channel)}`;
/** The same, once NATS has stored it. */
export const stored = (channel: string): string => `rt.stored.${token(channel)}`;
export const plain = (channel: string): string => `rt.plain.${token(channel)}`;
export const command = 'rt.command';
export const node = (id: string): string => `rt.node.${token(id)}`;

/** The node of a subject. */
export const nodeOf = (subject: string): string => Buffer.from(subject.split('.')[2] ?? '', 'base64url').toString();
