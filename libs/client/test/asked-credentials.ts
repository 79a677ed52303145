// Which credentials was the application asked for, and when does it give them?
import type { AuthRequest, RealtimeClientOptions } from '../src/index.js';

type Auth = NonNullable<RealtimeClientOptions['auth']>;

/** Notes each request. Answers with the tokens `t1`, `t2` and so on, unless `answer` does. */
export function notedIn(asked: AuthRequest[], answer: Auth = () => ({ token: `t${asked.length}` })): Auth {
  return (request) => {
    asked.push(request);
    return answer(request);
  };
}

/** Credentials that arrive when the test says. */
export function later(): { promise: Promise<object>; resolve: (credentials: object) => void } {
  let resolve!: (credentials: object) => void;
  const promise = new Promise<object>((settle) => (resolve = settle));
  return { promise, resolve };
}
