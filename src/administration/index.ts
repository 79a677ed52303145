export { AdministrationModule } from './administration.module.js';
export { accountChannel } from './realtime/account.channel.js';
export { administrationChannel } from './realtime/administration.channel.js';
export { RoleChanged } from './role-changed.event.js';
