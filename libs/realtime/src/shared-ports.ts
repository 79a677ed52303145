// How does a feature that imports another copy of this package get the ports of the application's copy? Under the tokens of both.
import type { InjectionToken, Provider } from '@nestjs/common';
import { copyFault, type PackageCopy, THIS_COPY } from './package-copy.js';

type Port = abstract new (...args: never[]) => object;

interface Announced {
  readonly copy: PackageCopy;
  readonly ports: readonly Port[];
}

/** A port of a copy of another version: who injects it would get what it does not expect. */
export interface ForeignPort {
  readonly token: InjectionToken;
  readonly fault: string;
}

interface OtherPorts {
  readonly providers: Provider[];
  readonly tokens: Port[];
  readonly foreign: ForeignPort[];
}

const COPIES = Symbol.for('nestjs-realtime:copies');

/** All copies of the process, by folder: one that is evaluated again takes its own place. */
function copies(): Map<string, Announced> {
  const home = globalThis as unknown as Record<symbol, Map<string, Announced> | undefined>;
  return (home[COPIES] ??= new Map<string, Announced>());
}

/** Tells other copies of the ports of this one. */
export function announcePorts(ports: readonly Port[]): void {
  copies().set(THIS_COPY.folder, { copy: THIS_COPY, ports });
}

/** Providers of the ports of other copies, and those of them that are of another version. */
export function portsOfOtherCopies(own: readonly Port[]): OtherPorts {
  const providers: Provider[] = [];
  const tokens: Port[] = [];
  const foreign: ForeignPort[] = [];
  for (const { copy, ports } of copies().values()) {
    const fault = copyFault(copy);
    for (const token of ports) {
      const port = own.find(({ name }) => name === token.name);
      if (port === undefined || port === token) continue;
      // Nest tells an alias from what it stands for only where a factory makes it.
      const provider = fault === null ? { useExisting: port } : { useFactory: (part: object) => part, inject: [port] };
      tokens.push(token);
      providers.push({ provide: token, ...provider } as Provider);
      if (fault !== null) foreign.push({ token, fault: `${token.name} of ${fault}` });
    }
  }
  return { providers, tokens, foreign };
}
