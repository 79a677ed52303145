// Which users exist, and is this password theirs?
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/index.js';
import { demoUsers } from './demo-users.js';
import { hashPassword, verifyPassword } from './password.js';
import type { User } from './user.js';
import { USER_COLUMNS } from './user-columns.js';

const USER = `SELECT u.password_hash AS "passwordHash", ${USER_COLUMNS} FROM users u`;

type UserRow = User & { passwordHash: string };

@Injectable()
export class UsersService implements OnModuleInit {
  /** Stands in for a missing user's hash, so that an unknown name costs as long as a wrong password. */
  private readonly nobody = hashPassword('nobody');

  constructor(private readonly database: Database) {}

  async onModuleInit(): Promise<void> {
    for (const { id, name, roles, password } of demoUsers) {
      const passwordHash = await hashPassword(password);
      await this.database.transaction(async (transaction) => {
        const { rows } = await transaction.query(
          'INSERT INTO users (id, name, password_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id',
          [id, name, passwordHash],
        );
        if (rows.length === 0) return;
        await transaction.query('INSERT INTO user_roles (user_id, role) SELECT $1, unnest($2::text[])', [id, roles]);
      });
    }
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
    const matches = await verifyPassword(password, user?.passwordHash ?? (await this.nobody));
    return user && matches ? withoutPassword(user) : null;
  }
}

function withoutPassword({ id, name, roles, permissions }: UserRow): User {
  return { id, name, roles, permissions };
}
