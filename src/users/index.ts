export type { Permission } from './permission.js';
export type { Role } from './role.js';
export { RolesRepository } from './roles.repository.js';
export type { User } from './user.js';
export { USER_COLUMNS } from './user-columns.js';
export { UsersModule } from './users.module.js';
export { UsersService } from './users.service.js';
