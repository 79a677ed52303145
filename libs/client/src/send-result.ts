// What comes of a message? Its reply, or the error with which it was refused.
import type {
  AnyChannel,
  ErrorCodeOf,
  ErrorsOf,
  Jsonify,
  MessageNameOf,
  ReplyOutput,
  SlotOutput,
} from '@nestjs-realtime/contract';
import type { RealtimeError, RealtimeErrorCode } from './realtime-error.js';

/** An error that the message declares, with its data; or one of the protocol or of the client. */
export type SendError<Channel extends AnyChannel, Message extends MessageNameOf<Channel>> =
  | {
      [Code in ErrorCodeOf<Channel, Message>]: RealtimeError<
        Code,
        Jsonify<SlotOutput<ErrorsOf<Channel, Message>[Code]>>
      >;
    }[ErrorCodeOf<Channel, Message>]
  | { [Code in RealtimeErrorCode]: RealtimeError<Code, undefined> }[RealtimeErrorCode];

/** What `trySend()` resolves with. */
export type SendResult<Channel extends AnyChannel, Message extends MessageNameOf<Channel>> =
  | { readonly ok: true; readonly data: ReplyOutput<Channel, Message> }
  | { readonly ok: false; readonly error: SendError<Channel, Message> };
