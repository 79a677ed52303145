// Which tables are there, and in which order were they added? Append only: a migration that has run anywhere is never edited.

export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/** In order; the first one is number 1. */
export const migrations: readonly Migration[] = [
  {
    name: 'users, roles and sessions',
    statements: [
      `CREATE TABLE users (
        id text PRIMARY KEY,
        name text NOT NULL,
        password_hash text NOT NULL
      )`,
      `CREATE TABLE user_roles (
        user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
        role text NOT NULL,
        PRIMARY KEY (user_id, role)
      )`,
      `CREATE TABLE sessions (
        id text PRIMARY KEY,
        user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
        expires_at timestamptz NOT NULL
      )`,
      `CREATE INDEX sessions_by_expiry ON sessions (expires_at)`,
    ],
  },
  {
    name: 'articles',
    statements: [
      `CREATE TABLE articles (
        id uuid PRIMARY KEY,
        title text NOT NULL,
        body text NOT NULL,
        author_id text NOT NULL REFERENCES users,
        published_at timestamptz NOT NULL
      )`,
      `CREATE INDEX articles_by_publication ON articles (published_at DESC)`,
    ],
  },
  {
    name: 'notifications',
    statements: [
      `CREATE TABLE notifications (
        id uuid PRIMARY KEY,
        user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
        text text NOT NULL,
        sent_at timestamptz NOT NULL,
        read_at timestamptz
      )`,
      `CREATE INDEX notifications_by_user ON notifications (user_id, sent_at DESC)`,
    ],
  },
  {
    name: 'roles and their permissions',
    statements: [
      `CREATE TABLE roles (
        name text PRIMARY KEY,
        description text NOT NULL
      )`,
      `CREATE TABLE role_permissions (
        role text NOT NULL REFERENCES roles ON DELETE CASCADE,
        permission text NOT NULL,
        PRIMARY KEY (role, permission)
      )`,
      `INSERT INTO roles (name, description) VALUES
        ('admin', 'gives roles to users, and watches the live dashboard'),
        ('editor', 'publishes articles, and talks in the newsroom'),
        ('reader', 'reads')`,
      `INSERT INTO role_permissions (role, permission) VALUES
        ('admin', 'users.manage'),
        ('editor', 'articles.publish')`,
      // Until now a role was free text. A role that a user has is kept, and permits nothing.
      `INSERT INTO roles (name, description) SELECT DISTINCT role, '' FROM user_roles ON CONFLICT DO NOTHING`,
      `ALTER TABLE user_roles ADD CONSTRAINT user_roles_of_roles FOREIGN KEY (role) REFERENCES roles`,
    ],
  },
  {
    name: 'realtime outbox',
    statements: [
      `CREATE TABLE outbox (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL UNIQUE,
        channel text NOT NULL,
        event text NOT NULL,
        json text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        claimed_until timestamptz
      )`,
      `CREATE INDEX outbox_by_channel ON outbox (channel, claimed_until)`,
    ],
  },
];
