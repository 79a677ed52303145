// Which roles are there, and who has them?
import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import type { Role } from './role.js';

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

  /** @returns false when he had it already, or when there is no such user or role. */
  async grant(userId: string, role: string): Promise<boolean> {
    const { rows } = await this.database.query(
      `INSERT INTO user_roles (user_id, role)
       SELECT u.id, r.name FROM users u, roles r WHERE u.id = $1 AND r.name = $2
       ON CONFLICT DO NOTHING RETURNING role`,
      [userId, role],
    );
    return rows.length > 0;
  }

  /** @returns false when he did not have it. */
  async revoke(userId: string, role: string): Promise<boolean> {
    const { rows } = await this.database.query(
      'DELETE FROM user_roles WHERE user_id = $1 AND role = $2 RETURNING role',
      [userId, role],
    );
    return rows.length > 0;
  }
}
