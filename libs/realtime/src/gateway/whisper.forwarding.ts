// How does a whisper reach the other subscribers? Validated and forwarded, without a handler.
import { Injectable, Logger } from '@nestjs/common';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { startHandler } from '../channels/handler-start.js';
import { isPromiseLike } from '../connections/promise-like.js';
import type { MessageRequest } from '../connections/message-request.js';
import type { RegisteredMessage } from '../connections/registered-channel.js';
import { withCapture } from '../instrumentation/with-capture.js';
import { asJsonCarries } from '../payloads/json-walk.js';
import { isRefusalCode, RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';

/** Forwards whispers. Gate 3 and the guards of the channel's classes decide who may whisper. */
@Injectable()
export class WhisperForwarding {
  /** Returns, or resolves, once the whisper is sent. Throws or rejects with the refusal of a guard or of the schema. */
  readonly forward: (request: MessageRequest, message: RegisteredMessage) => unknown;

  constructor(
    private readonly broker: IRealtimeBroker,
    private readonly hooks: RealtimeHooks,
  ) {
    this.forward = withCapture(
      new Logger('Realtime'),
      {
        layer: 'realtime-whisper',
        describe: ({ channelName, message }: MessageRequest, _message: RegisteredMessage) =>
          `channel ${channelName}, message ${message}`,
        refusalOf,
      },
      (request: MessageRequest, message: RegisteredMessage) => this.pass(request, message),
    );
  }

  private pass(request: MessageRequest, { validator }: RegisteredMessage): unknown {
    const guarded = this.askGuards(request);
    if (guarded === undefined) return this.parse(request, validator);
    request.wait();
    return guarded.then(() => this.parse(request, validator));
  }

  private askGuards(request: MessageRequest, from = 0): Promise<unknown> | undefined {
    const { guards } = request.match!.registered;
    for (let index = from; index < guards.length; index++) {
      const pending = guards[index].pass(request);
      if (pending !== undefined) return pending.then(() => this.askGuards(request, index + 1));
    }
    return undefined;
  }

  private parse(request: MessageRequest, validator: RegisteredMessage['validator']): unknown {
    const payload = validator.parse(request.payload);
    if (!isPromiseLike(payload)) return this.send(request, payload);
    request.wait();
    return payload.then((parsed) => this.send(request, parsed));
  }

  /** The server adds the sender, so that no client can use another user's name. */
  private send(request: MessageRequest, payload: unknown): unknown {
    return startHandler(request, { pass: () => this.askGuards(request) as Promise<void> | undefined }, () => {
      const whisper = { userId: request.userId, payload: asJsonCarries(payload) };
      const json = JSON.stringify(whisper);
      const { channelName, message: event, connectionId } = request;
      const sent = this.broker.publish({
        channels: [channelName],
        event,
        json,
        except: [{ connectionId }],
        isDroppable: true,
      });
      const announce = (recipients: number): void => this.announce(request, whisper, json, recipients);
      return isPromiseLike(sent) ? sent.then(announce) : announce(sent);
    });
  }

  private announce(request: MessageRequest, payload: unknown, json: string, recipients: number): void {
    const { channel, message: event } = request;
    this.hooks.emit('broadcast', () => ({
      channel: channel!,
      event,
      payload,
      payloadBytes: Buffer.byteLength(json),
      recipients,
      cause: null,
    }));
  }
}

/** A whisper declares no error codes. One that a guard made up is a bug of the guard, so the peer gets `INTERNAL`. */
function refusalOf(error: unknown): RealtimeException | null {
  return error instanceof RealtimeException && isRefusalCode(error.code) ? error : null;
}
