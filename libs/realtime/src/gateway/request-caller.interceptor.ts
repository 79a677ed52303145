// Which page is behind an HTTP request? The connection that its header names, if it is one of the request's own user.
import { type CallHandler, type ExecutionContext, Injectable, Logger, type NestInterceptor } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CALLER_HEADER } from '@nestjs-realtime/contract';
import { Observable } from 'rxjs';
import { CallerContext } from '../connections/caller.context.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { withDeadline } from '../connections/deadline.js';
import { errorRepeated } from '../instrumentation/repeated-log.js';
import { RealtimeOptions } from '../realtime.options.js';

interface Parts {
  readonly options: RealtimeOptions;
  readonly directory: ConnectionDirectory;
  readonly caller: CallerContext;
}

/**
 * Runs after the guards of a controller, so that they have found the request's user. Without the option `requestUser` no header is believed.
 *
 * Security note: reads client data. A header that names another user's connection has no effect.
 */
@Injectable()
export class RequestCallerInterceptor implements NestInterceptor {
  private readonly logger = new Logger('Realtime');

  private parts?: Parts;

  /** Injects no part: Nest would end the boot for an interceptor that depends on a request-scoped one, and name this class alone. */
  constructor(private readonly moduleRef: ModuleRef) {}

  private get found(): Parts {
    return (this.parts ??= {
      options: this.moduleRef.get(RealtimeOptions),
      directory: this.moduleRef.get(ConnectionDirectory),
      caller: this.moduleRef.get(CallerContext),
    });
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const asked = this.callerOf(context);
    if (asked === null) return next.handle();
    return asked.then((connectionId) =>
      connectionId === null
        ? next.handle()
        : new Observable((observer) => this.found.caller.run(connectionId, () => next.handle().subscribe(observer))),
    );
  }

  /** Null at once for a request that names no open connection of a user. */
  private callerOf(context: ExecutionContext): Promise<string | null> | null {
    const { requestUser } = this.found.options;
    if (requestUser === undefined || context.getType() !== 'http') return null;
    const request = context.switchToHttp().getRequest<{ headers?: Record<string, unknown> } | undefined>();
    const connectionId = request?.headers?.[CALLER_HEADER];
    if (typeof connectionId !== 'string' || connectionId === '') return null;
    const owner = this.found.directory.of({ connectionId })[0]?.user?.userId;
    if (owner === undefined) return null;
    return this.userOf(request, requestUser).then((userId) => (userId === owner ? connectionId : null));
  }

  /** Null as well where `requestUser` fails or takes too long: a request must not wait for who its page is. */
  private async userOf(
    request: unknown,
    requestUser: NonNullable<RealtimeOptions['requestUser']>,
  ): Promise<string | null> {
    const { authenticationTimeout } = this.found.options;
    try {
      const asked = Promise.resolve(requestUser(request));
      return await withDeadline(
        asked,
        authenticationTimeout,
        () => new Error(`No answer in ${authenticationTimeout} ms.`),
      );
    } catch (error) {
      errorRepeated(this.logger, 'requestUser failed, so a request has no caller', error);
      return null;
    }
  }
}
