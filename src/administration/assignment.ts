import { Matches } from 'class-validator';

/** Neither control characters, which PostgreSQL does not store, nor more than any id of ours has. */
const ID = /^\P{Cc}{1,64}$/u;

/** Whose role, and which: the params of `/administration/users/:userId/roles/:role`. */
export class Assignment {
  @Matches(ID, { message: 'The user id is none.' })
  userId: string;

  @Matches(ID, { message: 'The role is none.' })
  role: string;
}
