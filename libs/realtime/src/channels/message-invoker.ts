// How is a bound handler called?
import type { MessageRequest } from '../connections/message-request.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';

/** Passes one inbound message through enhancers and schema to the handler. Returns, or resolves with, the handler's result. */
export type MessageInvoker = (context: MessageRequest) => unknown;

/** Makes an invoker once the message's schema is compiled. */
export type MessageBinder = (validator: PayloadValidator) => MessageInvoker;
