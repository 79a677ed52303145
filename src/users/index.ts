export type { User } from './user.js';
export { UsersModule } from './users.module.js';
export { UsersService } from './users.service.js';
