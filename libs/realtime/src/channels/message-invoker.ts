// How is a bound handler called?
import type { RealtimeContext } from '../connections/realtime-context.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';

/** Takes one inbound message: enhancers, schema, handler. Returns, or resolves with, what the handler gave. */
export type MessageInvoker = (context: RealtimeContext) => unknown;

/** Makes an invoker once the message's schema is compiled. */
export type MessageBinder = (validator: PayloadValidator) => MessageInvoker;
