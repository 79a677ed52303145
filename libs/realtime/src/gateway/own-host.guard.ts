// Is this HTTP request addressed to this server? For routes that a page under a rebound DNS name must not read.
import { type CanActivate, type ExecutionContext, ForbiddenException, Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { RealtimeOptions } from '../realtime.options.js';
import { type AddressedRequest, OwnHosts } from './own-hosts.js';

const REFUSAL =
  "The server does not accept this host: list it in hosts of RealtimeModule.forRoot(), or the page's origin in origins.";

/**
 * Guards HTTP routes of Express and Fastify. It passes requests whose Host is one of the server's own (`hosts`) or belongs to a listed
 * origin. It answers any other request with 403.
 *
 * @example
 * @UseGuards(OwnHostGuard)
 */
@Injectable()
export class OwnHostGuard implements CanActivate {
  private own?: OwnHosts;

  constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

  /** Security note: reads client data. */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AddressedRequest & { readonly raw?: AddressedRequest }>();
    const raw = request.raw ?? request;
    const own = (this.own ??= new OwnHosts(this.moduleRef.get(RealtimeOptions, { strict: false })));
    const address = own.addressOf(raw);
    if (address !== null && (own.lists(address) || own.includes(address, raw))) return true;
    throw new ForbiddenException(REFUSAL);
  }
}
