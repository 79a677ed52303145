// Who is who in both applications? A token is a session id.
export interface Session {
  readonly userId: string;
  readonly sessionId: string;
}

export const SESSIONS: Readonly<Record<string, Session>> = {
  'ann-1': { userId: 'ann', sessionId: 'ann-1' },
  'ann-2': { userId: 'ann', sessionId: 'ann-2' },
  'bob-1': { userId: 'bob', sessionId: 'bob-1' },
};

/** What the rest of both applications calls. */
export abstract class Notifier {
  abstract uploaded(userId: string, file: string): Promise<void>;
  abstract expired(sessionId: string): Promise<void>;
  abstract refresh(): Promise<void>;
}
