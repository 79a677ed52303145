// How does the session id travel? In one cookie that scripts cannot read and other sites cannot send along.
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';

/** The name that `SessionAuthenticator` looks for, too. */
export const SESSION_COOKIE = 'session';

export function readSessionCookie(request: Request): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[SESSION_COOKIE];
}

/** @param maxAge seconds; 0 removes the cookie. */
export function writeSessionCookie(request: Request, response: Response, value: string, maxAge: number): void {
  response.append(
    'Set-Cookie',
    stringifySetCookie({
      name: SESSION_COOKIE,
      value,
      maxAge,
      httpOnly: true,
      sameSite: 'lax',
      secure: request.secure,
      path: '/',
    }),
  );
}
