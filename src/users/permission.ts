// What can be permitted? Roles come and go in the database; code asks for a permission, and need not know who has it.

export type Permission = 'articles.publish' | 'users.manage';
