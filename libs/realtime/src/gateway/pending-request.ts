// How is a request answered? Exactly once, with a code, whatever happens.
import type { RefusalReply } from '@nestjs-realtime/contract';
import type { Acknowledge } from '../connections/realtime-entrance.js';
import { RealtimeException } from '../realtime.exception.js';

/** One request under way. The first answer counts; later ones do nothing. */
export class PendingRequest {
  private open = true;

  /** `bare`: a success is answered with its data alone. */
  constructor(
    private readonly acknowledge: Acknowledge | null,
    private readonly bare = false,
  ) {}

  get answered(): boolean {
    return !this.open;
  }

  /** Sends a reply that the encoder is known to accept; `undefined` is an acknowledgement without an argument. */
  answer(reply: unknown): void {
    if (!this.open) return;
    this.open = false;
    this.acknowledge?.(reply);
  }

  /**
   * Answers a message with the result of its handler; `undefined` adds no data.
   * @throws the encoder's error for a BigInt, a cycle or the like. The request is then still unanswered.
   */
  answerWith(data: unknown): void {
    if (!this.open) return;
    if (data === undefined) return this.answer(this.bare ? undefined : OK);
    if (!isData(data))
      throw new TypeError(
        `The handler returned a ${typeof data}, which is not plain data; return JSON data or nothing`,
      );
    if (this.acknowledge === null) JSON.stringify(data);
    else this.acknowledge(this.bare ? data : { ok: true, data });
    this.open = false;
  }

  refuse(refusal: RealtimeException): void {
    this.answer(refusal.toReply() satisfies RefusalReply);
  }
}

const OK = Object.freeze({ ok: true });

function isData(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint';
}
