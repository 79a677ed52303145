// Which pages are notified of a changed role? Every page of the user concerned, and every open page of an admin; the event is on the bus anyway.
import { forward } from 'nestjs-realtime/cqrs';
import { RoleChanged } from '../role-changed.event.js';
import { accountChannel } from './account.channel.js';
import { administrationChannel } from './administration.channel.js';
import type { RoleChange } from './role-change.js';

const changeOf = ({ userId, role, granted, by }: RoleChanged): RoleChange => ({ userId, role, granted, by: by.name });

export const roleChangedBridge = forward(RoleChanged)
  .to(accountChannel, 'roleChanged', (event) => ({ params: { userId: event.userId }, payload: changeOf(event) }))
  .to(administrationChannel, 'roleChanged', (event) => ({ payload: changeOf(event) }));
