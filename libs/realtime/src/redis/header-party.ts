// How do connections, users and sessions stand in the header of an envelope? As a letter for their kind, and their id.
import type { Party } from '../connections/party.js';
import { headerText, textOfHeader } from './header-text.js';

/** `c:1,u:ada`: connection 1 and all connections of the user ada. Empty for none. */
export function headerParties(parties: readonly Party[] | undefined): string {
  return parties === undefined ? '' : parties.map(headerParty).join(',');
}

/** The parties that were written; null if they are none. */
export function partiesOfHeader(written: string): readonly Party[] | null {
  const parties = written === '' ? [] : written.split(',').map(partyOf);
  return parties.includes(null) ? null : (parties as Party[]);
}

function headerParty(party: Party): string {
  if (party.connectionId !== undefined) return `c:${headerText(party.connectionId)}`;
  return party.userId !== undefined ? `u:${headerText(party.userId)}` : `s:${headerText(party.sessionId)}`;
}

function partyOf(written: string): Party | null {
  const id = textOfHeader(written.slice(2));
  if (id === null || id === '') return null;
  switch (written.slice(0, 2)) {
    case 'c:':
      return { connectionId: id };
    case 'u:':
      return { userId: id };
    case 's:':
      return { sessionId: id };
    default:
      return null;
  }
}
