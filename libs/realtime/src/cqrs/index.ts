import 'reflect-metadata';

export { RealtimeCqrsModule } from './realtime-cqrs.module.js';
export {
  type EventType,
  type ReauthorizationScope,
  type ReauthorizationScopes,
  ReauthorizeOn,
} from './reauthorize-on.decorator.js';
