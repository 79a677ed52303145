// Where are connections held? This registers every place with its size, so that a leak shows in `stats()`.
import { Injectable } from '@nestjs/common';
import { ExpiryWatch } from '../revocation/expiry.watch.js';
import { LeaseSweep } from '../revocation/lease.sweep.js';
import { Renewal } from '../revocation/authority.renewal.js';
import { RevocationLedger } from '../revocation/revocation.ledger.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import { MessageRequests } from './message.requests.js';

/** Registers every place with the counters. A transport adds its own. */
@Injectable()
export class Holdings {
  constructor(
    counters: RealtimeCounters,
    directory: ConnectionDirectory,
    ledger: RevocationLedger,
    expiry: ExpiryWatch,
    leases: LeaseSweep,
    renewal: Renewal,
    messages: MessageRequests,
  ) {
    counters.watch('directory', () => directory.size);
    counters.watch('users', () => directory.users);
    counters.watch('sessions', () => directory.sessions);
    counters.watch('admissions', () => ledger.size);
    counters.watch('expiries', () => expiry.size);
    counters.watch('leases', () => leases.size);
    counters.watch('renewals', () => leases.renewals);
    counters.watch('confirmations', () => renewal.waiting);
    counters.watch('messages', () => messages.underWay);
  }
}
