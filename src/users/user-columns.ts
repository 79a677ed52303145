// How does a query read a user? With their current roles, and the permissions these give.

/** The columns of `User`, for a query in which the table `users` is called `u`. */
export const USER_COLUMNS = `
  u.id, u.name,
  ARRAY(SELECT r.role FROM user_roles r WHERE r.user_id = u.id ORDER BY r.role) AS roles,
  ARRAY(SELECT DISTINCT p.permission FROM user_roles r JOIN role_permissions p ON p.role = r.role
        WHERE r.user_id = u.id ORDER BY p.permission) AS permissions`;
