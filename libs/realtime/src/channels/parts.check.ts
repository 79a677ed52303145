// Can the parts of this application work? Not if they are request-scoped.
import { Inject, Injectable, type InjectionToken, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { RealtimeFault } from '../realtime.exception.js';
import { dependenciesOf, requestScopeOf } from './request-scope.js';

/** DI token of the tokens of what an application gives: its parts and its options. */
export const PARTS = Symbol('nestjs-realtime:parts');

/** Injects no part, so that Nest makes it even where a part is request-scoped and nothing that injects the part is made. */
@Injectable()
export class PartsCheck implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    @Inject(PARTS) private readonly parts: readonly InjectionToken[],
  ) {}

  /** @throws RealtimeFault that names every part that is request-scoped, and why. */
  onModuleInit(): void {
    const faults = this.requestScoped();
    if (faults.length === 0) return;
    throw RealtimeFault.of(
      'Realtime makes its parts once, before the first client connects, so none can be request-scoped. ' +
        'Give these the default scope; what belongs to one client comes as an argument:',
      faults,
    );
  }

  private requestScoped(): string[] {
    const { providers } = [...this.modules.values()].find((module) => module.providers.has(PartsCheck))!;
    const parts = this.parts.map((token) => providers.get(token)!);
    const scoped = new Set(parts.filter((wrapper) => !wrapper.isDependencyTreeStatic()));
    // A part that only injects another one would repeat its fault.
    return [...scoped]
      .filter((wrapper) => !dependenciesOf(wrapper).some((other) => scoped.has(other)))
      .map(requestScopeOf);
  }
}
