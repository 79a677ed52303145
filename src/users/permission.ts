// What can be permitted? Roles are data and may change, so code checks permissions only.

export type Permission = 'articles.publish' | 'users.manage';
