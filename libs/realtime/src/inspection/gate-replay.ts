// What does each check of gates 1 and 2 answer? Asked in the order of the gates, up to the first that ends the request (docs/decisions/0070).
import type { CanActivate } from '@nestjs/common';
import { hasExpired } from '../authorization/realtime-user.js';
import { admits } from '../channels/guard-answer.js';
import { withDeadline } from '../connections/deadline.js';
import type { ConnectRequest, RealtimeRequest, SubscribeRequest } from '../connections/realtime-request.js';
import type { ChannelGuards } from '../connections/registered-channel.js';
import { ConnectGuard } from '../guards/connect.guard.js';
import { isPure } from '../guards/pure-guard.decorator.js';
import { RealtimeExecutionContext } from '../guards/realtime-execution-context.js';
import { matchBeforeGuards } from '../guards/subscribe.guard.js';
import { denied } from '../instrumentation/refusal-of.js';
import { RealtimeException } from '../realtime.exception.js';
import type { RealtimeOptions } from '../realtime.options.js';
import { scopeText } from './channel-rights.js';
import { ADMITS, answerOf, type CheckAnswer, lateAfter, NOT_REACHED, NOT_RUN, tried } from './guard-trial.js';

/** One check of a gate, and its answer. */
export interface AccessCheck extends CheckAnswer {
  readonly gate: 'connect' | 'subscribe';
  /** What is checked: `user`, `channel`, a scope, or a guard. */
  readonly check: string;
}

/** One guard of the application, at its gate. */
interface Asked {
  readonly request: (ConnectRequest | SubscribeRequest) & RealtimeRequest;
  readonly guard: object;
  /** The class that it is on; null for connect guards. */
  readonly owner: string | null;
  readonly milliseconds: number;
  readonly pass: () => Promise<unknown> | undefined;
}

export class GateReplay {
  readonly checks: AccessCheck[] = [];
  private hasEnded = false;

  constructor(
    private readonly options: Pick<RealtimeOptions, 'authenticationTimeout' | 'requestTimeout'>,
    private readonly runGuards: boolean,
  ) {}

  /** Gate 1, for a request that has its user already: the authenticator is not asked. */
  async connect(request: ConnectRequest, authenticator: string, guards: readonly CanActivate[]): Promise<void> {
    await this.check('connect', 'user', () =>
      hasExpired(request.user)
        ? answerOf(new RealtimeException('UNAUTHENTICATED', { reason: 'the credentials have ended' }), request)
        : { ...ADMITS, reason: `taken as if ${authenticator} had returned it` },
    );
    const context = RealtimeExecutionContext.of(request, ConnectGuard);
    const milliseconds = this.options.authenticationTimeout;
    for (const guard of guards) {
      const pass = async (): Promise<void> => {
        if (!(await admits(guard.canActivate(context)))) throw denied(request.user, 'said no');
      };
      await this.ask({ request, guard, owner: null, milliseconds, pass });
    }
  }

  /** Gate 2. */
  async subscribe(request: SubscribeRequest): Promise<void> {
    const { match } = request;
    await this.check('subscribe', match === null ? 'channel' : `scope ${scopeText(match.descriptor.scope)}`, () => {
      try {
        matchBeforeGuards(request);
        return ADMITS;
      } catch (denial) {
        const answer = answerOf(denial, request);
        return match === null ? { ...answer, reason: `${answer.reason}; "nestjs-realtime list" shows all` } : answer;
      }
    });
    for (const guards of match?.registered.guards ?? []) await this.askAll(guards, request);
  }

  private async askAll(guards: ChannelGuards, request: SubscribeRequest): Promise<void> {
    const { owner, names } = guards;
    const milliseconds = this.options.requestTimeout;
    const notMade = (answer: CheckAnswer): Promise<void[]> =>
      Promise.all(names.map((name) => this.check('subscribe', guardText(name, owner), () => answer)));
    if (this.hasEnded) return void (await notMade(NOT_REACHED));
    try {
      const made = await withDeadline(Promise.resolve(guards.split(request)), milliseconds, () =>
        lateAfter(milliseconds),
      );
      for (const one of made) {
        await this.ask({ request, guard: one.guard, owner, milliseconds, pass: () => one.pass(request) });
      }
    } catch (error) {
      // A request-scoped class, or one of its guards, could not be made.
      await notMade(answerOf(error, request));
    }
  }

  private ask({ request, guard, owner, milliseconds, pass }: Asked): Promise<void> {
    const { name } = guard.constructor;
    return this.check(request.gate, guardText(name, owner), async () => {
      if (!this.runGuards && !isPure(guard)) return NOT_RUN;
      const answer = await tried(request, milliseconds, pass);
      return { ...answer, reason: withoutName(answer.reason, name) };
    });
  }

  private async check(
    gate: AccessCheck['gate'],
    check: string,
    ask: () => CheckAnswer | Promise<CheckAnswer>,
  ): Promise<void> {
    const answer = this.hasEnded ? NOT_REACHED : await ask();
    this.checks.push({ gate, check, ...answer });
    this.hasEnded ||= answer.verdict === 'denies' || answer.verdict === 'fails';
  }
}

function guardText(name: string, owner: string | null): string {
  return owner === null ? `guard ${name}` : `guard ${name} on ${owner}`;
}

/** A reason of gate 2 begins with the name of its guard, which stands beside it here. */
function withoutName(reason: string | null, name: string): string | null {
  return reason?.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason;
}
