// Which users exist, and is this password theirs?
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/index.js';
import { type DemoUser, demoUsers, ownPassword } from './demo-users.js';
import { hashPassword, verifyPassword } from './password.js';
import type { User } from './user.js';
import { USER_COLUMNS } from './user-columns.js';

const USER = `SELECT u.password_hash AS "passwordHash", ${USER_COLUMNS} FROM users u`;

type UserRow = User & { passwordHash: string };

@Injectable()
export class UsersService implements OnModuleInit {
  /** Stands in for a missing user's hash, so that an unknown name takes as long as a wrong password. */
  private readonly missingUser = hashPassword('no user');

  constructor(private readonly database: Database) {}

  async onModuleInit(): Promise<void> {
    const password = ownPassword(process.env);
    for (const user of demoUsers) await this.add(user, password);
  }

  async list(): Promise<User[]> {
    const { rows } = await this.database.query<UserRow>(`${USER} ORDER BY u.name`);
    return rows.map(withoutPassword);
  }

  async find(id: string): Promise<User | null> {
    const { rows } = await this.database.query<UserRow>(`${USER} WHERE u.id = $1`, [id]);
    return rows.length > 0 ? withoutPassword(rows[0]) : null;
  }

  async findByCredentials(id: string, password: string): Promise<User | null> {
    const { rows } = await this.database.query<UserRow>(`${USER} WHERE u.id = $1`, [id]);
    const user = rows.at(0);
    const matches = await verifyPassword(password, user?.passwordHash ?? (await this.missingUser));
    return user && matches ? withoutPassword(user) : null;
  }

  /** Adds a user. One who exists stays unchanged, except that `password` replaces a published password. */
  private async add({ id, name, roles, published }: DemoUser, password: string | null): Promise<void> {
    const passwordHash = await hashPassword(password ?? published);
    await this.database.transaction(async (transaction) => {
      const { rows } = await transaction.query(
        'INSERT INTO users (id, name, password_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id',
        [id, name, passwordHash],
      );
      if (rows.length > 0) {
        await transaction.query('INSERT INTO user_roles (user_id, role) SELECT $1, unnest($2::text[])', [id, roles]);
      } else if (password !== null) {
        const stored = await transaction.query<UserRow>(`${USER} WHERE u.id = $1`, [id]);
        if (!(await verifyPassword(published, stored.rows[0].passwordHash))) return;
        await transaction.query('UPDATE users SET password_hash = $2 WHERE id = $1', [id, passwordHash]);
        // Any visitor may have started them with the published password.
        await transaction.query('DELETE FROM sessions WHERE user_id = $1', [id]);
      }
    });
  }
}

function withoutPassword({ id, name, roles, permissions }: UserRow): User {
  return { id, name, roles, permissions };
}
