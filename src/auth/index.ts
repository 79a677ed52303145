export { AuthModule } from './auth.module.js';
export { CurrentUser } from './current-user.decorator.js';
export { Permissions, PermissionsGuard } from './permissions.guard.js';
export { DatabaseSessionAuthenticator } from './session.authenticator.js';
export { SessionGuard } from './session.guard.js';
