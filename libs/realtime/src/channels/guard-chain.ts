// Do all the guards on a class and its method let a request pass?
import { type CanActivate, ForbiddenException, type Type } from '@nestjs/common';
import { gateArguments } from '../connections/gate-arguments.js';
import type { RealtimeRequest } from '../connections/realtime-request.js';
import type { ChannelGuard, ChannelGuards } from '../connections/registered-channel.js';
import { refusalOfGuard } from '../instrumentation/refusal-of.js';
import { RealtimeException } from '../realtime.exception.js';
import { admits } from './guard-answer.js';
import { ExecutionContextHost } from './nest-internals.js';

/** Guards in the order in which they run, with the class and the method whose metadata they read. */
export class GuardChain implements ChannelGuards {
  constructor(
    private readonly guards: readonly CanActivate[],
    private readonly type: Type,
    private readonly callback: (...args: unknown[]) => unknown,
  ) {}

  get isEmpty(): boolean {
    return this.guards.length === 0;
  }

  get owner(): string {
    return this.type.name;
  }

  get names(): readonly string[] {
    return this.guards.map((guard) => guard.constructor.name);
  }

  /** Those behind the first `count`. */
  behind(count: number): GuardChain {
    return new GuardChain(this.guards.slice(count), this.type, this.callback);
  }

  split(): readonly ChannelGuard[] {
    return this.guards.map((guard) => {
      const alone = new GuardChain([guard], this.type, this.callback);
      return { guard, pass: (request: RealtimeRequest) => alone.pass(request) };
    });
  }

  /**
   * Returns undefined when all guards have passed synchronously, otherwise a promise. Throws or rejects with the refusal of the first
   * guard that refuses, whose reason names that guard.
   */
  pass(request: RealtimeRequest, from = 0): Promise<void> | undefined {
    const context = new ExecutionContextHost(gateArguments(request), this.type, this.callback);
    context.setType('ws');
    for (let index = from; index < this.guards.length; index++) {
      const guard = this.guards[index];
      const verdict = ask(guard, context, request);
      if (typeof verdict !== 'boolean') {
        return verdict.then(
          (passed) => {
            if (!passed) throw refusalBy(guard, new ForbiddenException(SAID_NO), request);
            return this.pass(request, index + 1);
          },
          (error: unknown) => {
            throw refusalBy(guard, error, request);
          },
        );
      }
      if (!verdict) throw refusalBy(guard, new ForbiddenException(SAID_NO), request);
    }
    return undefined;
  }
}

function ask(guard: CanActivate, context: ExecutionContextHost, request: RealtimeRequest): boolean | Promise<boolean> {
  try {
    return admits(guard.canActivate(context));
  } catch (error) {
    throw refusalBy(guard, error, request);
  }
}

const SAID_NO = 'said no';

/** Turns a guard's error into a refusal whose reason names the guard. Unexpected errors stay unchanged, because their stack names it. */
function refusalBy(guard: CanActivate, error: unknown, { user }: RealtimeRequest): unknown {
  const refusal = refusalOfGuard(error, user);
  if (refusal === null) return error;
  const { code, message, data, retryable, issues, retryAfterMs, reason, cause } = refusal;
  return new RealtimeException(code, {
    message,
    data,
    retryable,
    issues,
    retryAfter: retryAfterMs,
    reason: `${guard.constructor.name}: ${reason ?? message}`,
    cause,
  });
}
