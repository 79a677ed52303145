// Which users can log in to the demo? Three, whose passwords are shown on its page. Your own application has no such file.
import type { User } from './user.js';

export type DemoUser = Pick<User, 'id' | 'name' | 'roles'> & {
  /** The password that the page shows. */
  readonly published: string;
};

export const demoUsers: readonly DemoUser[] = [
  { id: 'ada', name: 'Ada', roles: ['admin', 'editor'], published: 'lovelace' },
  { id: 'bob', name: 'Bob', roles: ['reader'], published: 'bobsled' },
  { id: 'grace', name: 'Grace', roles: ['editor'], published: 'hopper' },
];

const SHORTEST_PASSWORD = 12;

/**
 * The password to use instead of the published ones; null to use those.
 *
 * @throws Error when DEMO_PASSWORD is too short, or not set while NODE_ENV is production.
 */
export function ownPassword({ NODE_ENV, DEMO_PASSWORD = '' }: NodeJS.ProcessEnv): string | null {
  if (DEMO_PASSWORD.length >= SHORTEST_PASSWORD) return DEMO_PASSWORD;
  if (NODE_ENV !== 'production' && DEMO_PASSWORD === '') return null;
  throw new Error(
    `The passwords of the demo's users are published, so they are refused when NODE_ENV=production: set DEMO_PASSWORD to one of at least ${SHORTEST_PASSWORD} characters, for all of them.`,
  );
}
