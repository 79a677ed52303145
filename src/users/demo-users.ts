// Who can log in to the demo? Three people whose passwords stand on its page; an application of yours has no such file.
import type { User } from './user.js';

export const demoUsers: readonly (Pick<User, 'id' | 'name' | 'roles'> & { readonly password: string })[] = [
  { id: 'ada', name: 'Ada', roles: ['admin', 'editor'], password: 'lovelace' },
  { id: 'bob', name: 'Bob', roles: ['reader'], password: 'bobsled' },
  { id: 'grace', name: 'Grace', roles: ['editor'], password: 'hopper' },
];
