// Whose role is changed, and which one? The params of `/administration/users/:userId/roles/:role`.
import { Matches } from 'class-validator';

/** Ids are shorter than this and have no control characters; PostgreSQL refuses NUL in a text. */
const ID = /^\P{Cc}{1,64}$/u;

export class Assignment {
  @Matches(ID, { message: 'The user id must have 1 to 64 characters and no control characters.' })
  userId!: string;

  @Matches(ID, { message: 'The role must have 1 to 64 characters and no control characters.' })
  role!: string;
}
