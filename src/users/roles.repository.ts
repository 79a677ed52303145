// Which roles are there, and who has them?
import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../database/index.js';
import type { Role } from './role.js';

/** Any number that no other lock of the application has. */
const ROLES_LOCK = 20161;

const GRANT = `INSERT INTO user_roles (user_id, role)
  SELECT u.id, r.name FROM users u, roles r WHERE u.id = $1 AND r.name = $2
  ON CONFLICT DO NOTHING RETURNING role`;
const REVOKE = 'DELETE FROM user_roles WHERE user_id = $1 AND role = $2 RETURNING role';

/** One role that an admin gives to a user or takes from them. */
export interface RoleAssignment {
  readonly userId: string;
  readonly role: string;
  /** False to take it. */
  readonly granted: boolean;
  /** The admin who does it. */
  readonly byId: string;
}

/**
 * `not permitted`: `byId` may not manage users (any more). `last`: no user could manage users any more. `unchanged`: the user already had
 * the role, or did not have it, or there is no such user or role.
 */
export type RoleOutcome = 'changed' | 'unchanged' | 'not permitted' | 'last';

@Injectable()
export class RolesRepository {
  constructor(private readonly database: Database) {}

  async list(): Promise<Role[]> {
    const { rows } = await this.database.query<Role>(
      `SELECT r.name, r.description,
              ARRAY(SELECT p.permission FROM role_permissions p WHERE p.role = r.name ORDER BY p.permission) AS permissions
       FROM roles r ORDER BY r.name`,
    );
    return rows;
  }

  /**
   * Gives or takes a role, one change at a time in the whole application. When two admins take the role from each other at once, one keeps
   * it: the second change is refused, because its author is no longer an admin.
   */
  change({ userId, role, granted, byId }: RoleAssignment): Promise<RoleOutcome> {
    return this.database.transaction(async (transaction) => {
      // The lock ends with the transaction. The queries after it see what others have committed until now.
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [ROLES_LOCK]);
      const { permitted, remains } = await managers(transaction, byId, granted ? null : { userId, role });
      if (!permitted) return 'not permitted';
      if (!remains) return 'last';
      const { rows } = await transaction.query(granted ? GRANT : REVOKE, [userId, role]);
      return rows.length > 0 ? 'changed' : 'unchanged';
    });
  }
}

/** Whether `byId` may manage users, and whether any user could once `taken` is gone. */
async function managers(
  transaction: Queryable,
  byId: string,
  taken: { readonly userId: string; readonly role: string } | null,
): Promise<{ permitted: boolean; remains: boolean }> {
  const manages = `SELECT FROM user_roles r JOIN role_permissions p ON p.role = r.role WHERE p.permission = 'users.manage'`;
  const { rows } = await transaction.query<{ permitted: boolean; remains: boolean }>(
    `SELECT EXISTS (${manages} AND r.user_id = $1) AS permitted,
            EXISTS (${manages} AND (r.user_id, r.role) IS DISTINCT FROM ($2::text, $3::text)) AS remains`,
    [byId, taken?.userId ?? null, taken?.role ?? null],
  );
  return rows[0];
}
