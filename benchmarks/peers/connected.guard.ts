// What does the guard check? Something trivial about the execution context, the same on both Nest peers.
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';

@Injectable()
export class ConnectedGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.getType() === 'ws' && Boolean(context.switchToWs().getClient());
  }
}
