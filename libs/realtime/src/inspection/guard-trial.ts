// What does a guard answer, when it is asked on trial? The same outcomes as at its gate, as words.
import { withDeadline } from '../connections/deadline.js';
import type { RealtimeRequest } from '../connections/realtime-request.js';
import { refusalOfGate } from '../guards/inbound.gates.js';
import { thrownText } from '../instrumentation/log-text.js';
import { RealtimeException } from '../realtime.exception.js';

/**
 * `admits`, `denies`: as at the gate. `fails`: the guard threw, was late, or asks to try again; another time it may answer otherwise.
 * `not run`: a guard that is not marked with `@PureGuard()`. `not reached`: an earlier check has ended the request.
 */
export type CheckVerdict = 'admits' | 'denies' | 'fails' | 'not run' | 'not reached';

export interface CheckAnswer {
  readonly verdict: CheckVerdict;
  /** What the client gets; null if the check does not end its request. */
  readonly code: string | null;
  /** For the programmer; it never reaches a client. */
  readonly reason: string | null;
}

export const ADMITS: CheckAnswer = { verdict: 'admits', code: null, reason: null };
export const NOT_REACHED: CheckAnswer = { verdict: 'not reached', code: null, reason: null };
export const NOT_RUN: CheckAnswer = {
  verdict: 'not run',
  code: null,
  reason: 'it is not marked with @PureGuard(); --run-guards runs it',
};

/** Runs a guard. Never rejects. */
export async function tried(
  request: RealtimeRequest,
  milliseconds: number,
  pass: () => Promise<unknown> | undefined,
): Promise<CheckAnswer> {
  try {
    await withDeadline(Promise.resolve(pass()), milliseconds, () => lateAfter(milliseconds));
    return ADMITS;
  } catch (error) {
    return answerOf(error, request);
  }
}

/** What a gate gives a client whose guards are late. */
export function lateAfter(milliseconds: number): RealtimeException {
  return new RealtimeException('UNAVAILABLE', { reason: `no answer within ${milliseconds} ms` });
}

/** The answer that a refusal stands for, or an error that is none. */
export function answerOf(error: unknown, request: RealtimeRequest): CheckAnswer {
  const refusal = refusalOfGate(error, request);
  if (refusal === null) return { verdict: 'fails', code: 'INTERNAL', reason: `it threw ${textOf(error)}` };
  const { code, retryable, reason, message } = refusal;
  return { verdict: retryable ? 'fails' : 'denies', code, reason: reason ?? message };
}

function textOf(error: unknown): string {
  if (error instanceof RealtimeException) return `${error.code}, which is no code of the protocol`;
  return `${error instanceof Error ? `${error.name}: ` : ''}${thrownText(error)}`;
}
