// Is this payload what the channel declared? One validator per slot, compiled at registration.
import { isStandardSchema, type PayloadSchema } from '@nestjs-realtime/contract';
import { RealtimeFault } from '../realtime.exception.js';
import type { ClassSchemaCompiler } from './class-schema.js';
import { compileStandardSchema } from './standard-schema.js';

/**
 * A compiled payload slot. Both return a value, or a promise where the schema is asynchronous, and
 * throw (or reject with) `RealtimeException('INVALID_PAYLOAD')` with at most 10 issues.
 */
export interface PayloadValidator {
  /** A client's payload as the handler gets it; unknown properties of a class are refused. */
  parse(payload: unknown): unknown;
  /** Our own payload as it goes out; unknown properties are stripped in silence. */
  strip(payload: unknown): unknown;
}

/** Compiles payload slots; knows class-validator only where it is installed. */
export class PayloadSchemaCompiler {
  constructor(private readonly classes: ClassSchemaCompiler | null) {}

  /** @throws RealtimeFault when a class slot cannot be validated. */
  compile(schema: PayloadSchema, place: string): PayloadValidator {
    if (isStandardSchema(schema)) return compileStandardSchema(schema);
    if (this.classes === null) {
      throw new RealtimeFault(
        `${place} is described by the class ${schema.name}, which needs class-validator and class-transformer: npm install class-validator class-transformer.`,
      );
    }
    return this.classes.compile(schema, place);
  }
}
