// Can the parts of this application work? Not if they are request-scoped, if they exist twice, or if others expect another version.
import { Inject, Injectable, type InjectionToken, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type PackageCopy, THIS_COPY } from '../package-copy.js';
import { RealtimeFault } from '../realtime.exception.js';
import { dependenciesOf, nameOf, requestScopeOf } from './request-scope.js';

/** DI token by which any copy of this package finds the modules of `forRoot`; the value is the copy. */
export const ROOT = Symbol.for('nestjs-realtime:root');

/** What the check looks at. */
export abstract class CheckedParts {
  /** Tokens of what an application gives: its parts and its options. */
  abstract readonly tokens: readonly InjectionToken[];
  /** Ports of copies of another version. */
  abstract readonly foreign: readonly { readonly token: InjectionToken; readonly fault: string }[];
}

type Module = ModulesContainer extends Map<string, infer Value> ? Value : never;

/** Injects no part, so that Nest makes it even where a part is request-scoped and nothing that injects the part is made. */
@Injectable()
export class PartsCheck implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    @Inject(CheckedParts) private readonly parts: CheckedParts,
  ) {}

  /** @throws RealtimeFault that says what cannot work, and why. */
  onModuleInit(): void {
    this.demandOneRoot();
    const users = this.usersOfForeignPorts();
    if (users.length > 0) throw RealtimeFault.of('Realtime exists in two versions:', users);
    const scoped = this.requestScoped();
    if (scoped.length === 0) return;
    throw RealtimeFault.of(
      'Realtime makes its parts once, before the first client connects, so none can be request-scoped. ' +
        'Give these the default scope; what belongs to one client comes as an argument:',
      scoped,
    );
  }

  private demandOneRoot(): void {
    const all = [...this.modules.values()];
    const roots = all.filter(({ providers }) => providers.has(ROOT));
    if (roots.length < 2) return;
    const classes = new Set<unknown>(roots.map(({ metatype }) => metatype));
    // Nest adds global modules to the imports of every module; what a class lists itself is in its metadata.
    const importers = all.filter(({ metatype }) => importsOf(metatype).some((module) => classes.has(module)));
    const named = importers.length === 0 ? '' : ` (imported by ${importers.map(({ name }) => name).join(', ')})`;
    const copies = roots.map(({ providers }) => providers.get(ROOT)!.instance as PackageCopy);
    const places = [
      ...new Set(copies.map(({ version, folder }) => (version === null ? folder : `${version} in ${folder}`))),
    ];
    throw new RealtimeFault(
      `RealtimeModule.forRoot() is called ${roots.length} times for one application${named}, so that each would have clients, channels and broadcasts of its own. ` +
        'Call it once, in the root module, and use RealtimeModule.forFeature() elsewhere.' +
        (places.length > 1 ? ` The calls go to several copies of nestjs-realtime: ${places.join(' and ')}.` : ''),
    );
  }

  /** A port of another version under its own token may be called in a way that this version does not know. */
  private usersOfForeignPorts(): string[] {
    const faults = new Map(this.parts.foreign.map(({ token, fault }) => [token, fault]));
    return [...this.modules.values()].flatMap(({ providers, controllers, injectables }) =>
      [...providers.values(), ...controllers.values(), ...injectables.values()].flatMap((wrapper) =>
        dependenciesOf(wrapper).flatMap(({ token }) =>
          faults.has(token) ? [`${nameOf(wrapper)} injects ${faults.get(token)}.`] : [],
        ),
      ),
    );
  }

  private requestScoped(): string[] {
    const { providers } = this.ownModule();
    const parts = this.parts.tokens.map((token) => providers.get(token)!);
    const scoped = new Set(parts.filter((wrapper) => !wrapper.isDependencyTreeStatic()));
    // A part that only injects another one would repeat its fault.
    return [...scoped]
      .filter((wrapper) => !dependenciesOf(wrapper).some((other) => scoped.has(other)))
      .map(requestScopeOf);
  }

  private ownModule(): Module {
    return [...this.modules.values()].find(({ providers }) => providers.has(PartsCheck))!;
  }
}

function importsOf(type: object): unknown[] {
  const imports = (Reflect.getMetadata('imports', type) ?? []) as readonly (
    { readonly module?: unknown } | undefined
  )[];
  return imports.map((imported) => imported?.module);
}

/** The provider by which other calls of `forRoot` find this one. */
export const ROOT_PROVIDER = { provide: ROOT, useValue: THIS_COPY };
