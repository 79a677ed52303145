// Which user is meant on the command line? An id with roles, a user as JSON, or none.
import { type RealtimeUser, userFault } from '../authorization/realtime-user.js';
import { UsageError } from './command.js';

/** What the options say. */
export interface UserOptions {
  readonly user?: string | undefined;
  /** With commas between them. */
  readonly roles?: string | undefined;
  readonly anonymous?: boolean | undefined;
}

const KEYS: readonly string[] = [
  'userId',
  'roles',
  'sessionId',
  'expiresAt',
  'claims',
] satisfies (keyof RealtimeUser)[];

/** Null for `--anonymous`. @throws UsageError that says what is wrong. */
export function askedUser({ user, roles, anonymous = false }: UserOptions): RealtimeUser | null {
  if (anonymous) {
    if (user !== undefined || roles !== undefined)
      throw new UsageError('--anonymous is a client without a user; leave out --user and --roles.');
    return null;
  }
  if (user === undefined) throw new UsageError('No user: pass --user <id>, or --anonymous.');
  if (!user.trimStart().startsWith('{')) return valid({ userId: user, roles: listOf(roles) });
  if (roles !== undefined) throw new UsageError('A user in JSON has its roles in JSON; leave out --roles.');
  return valid({ roles: [], ...fromJson(user) });
}

function listOf(roles: string | undefined): string[] {
  return (roles ?? '')
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '');
}

function fromJson(text: string): Record<string, unknown> {
  let user: Record<string, unknown>;
  try {
    user = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`The user is no valid JSON: ${(error as Error).message}`);
  }
  const unknown = Object.keys(user).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0)
    throw new UsageError(`A user has no ${unknown.join(', ')}; put it into claims, or use ${KEYS.join(', ')}.`);
  const { expiresAt } = user;
  return typeof expiresAt === 'string' ? { ...user, expiresAt: new Date(expiresAt) } : user;
}

function valid(user: object): RealtimeUser {
  const fault = userFault(user);
  if (fault !== null) throw new UsageError(`The user is invalid: ${fault}.`);
  return user as RealtimeUser;
}
