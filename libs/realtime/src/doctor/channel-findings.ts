// Can every channel be used? One may declare a message without a handler, or nothing at all.
import type { HandlerRegistry } from '../channels/handler.registry.js';
import type { RealtimeFinding } from './finding.js';

export function channelFindings(registry: HandlerRegistry): RealtimeFinding[] {
  return registry.listChannels().flatMap((descriptor) => {
    const { events, messages, snapshot } = registry.get(descriptor)!;
    const unhandled = [...messages]
      .filter(([, message]) => message.handler === null && !message.whisper && !message.setsMemberData)
      .map(([name]) => name);
    const idle = snapshot === null && events.size === 0 && unhandled.length === messages.size;
    return [
      ...unhandled.map((name): RealtimeFinding => ({
        code: 'UNHANDLED_MESSAGE',
        severity: 'error',
        message: `Channel "${descriptor.name}" declares the message "${name}", but no handler takes it: every client that sends it is refused.`,
        fix: `Put @RealtimeHandler('${name}') on a method of a @RealtimeChannel class and list the class under the providers of a module, or take the message out of the channel.`,
      })),
      ...(idle
        ? [
            {
              code: 'IDLE_CHANNEL',
              severity: 'warning',
              message: `Channel "${descriptor.name}" has no event and no handler: nothing can be said on it.`,
              fix: 'Declare what it is for, or take its registration out.',
            } satisfies RealtimeFinding,
          ]
        : []),
    ];
  });
}
