// How does a declared payload slot become a validator? It is compiled once, at registration.
import { isStandardSchema, type PayloadClass, type Slot } from '@nestjs-realtime/contract';
import { RealtimeFault } from '../realtime.exception.js';
import { compileNoPayload } from './no-payload.js';
import type { PayloadValidator } from './payload-validator.js';
import { compileStandardSchema } from './standard-schema.js';

/** Compiles classes. An interface, so that the types of the package compile where class-validator is not installed. */
interface ClassCompiler {
  compile(type: PayloadClass, place: string): PayloadValidator;
}

/** Compiles payload slots. `classes` is null if class-validator is not installed. */
export class PayloadSchemaCompiler {
  constructor(private readonly classes: ClassCompiler | null) {}

  /**
   * Compiles the slot of an event, a message, a reply or the data of an error; null is one that carries nothing. `place` begins a
   * sentence for the programmer: `Event "shipped" of channel "orders"`.
   *
   * @throws RealtimeFault when a class slot cannot be validated.
   */
  compile(schema: Slot, place: string): PayloadValidator {
    if (schema === null) return compileNoPayload(place);
    if (isStandardSchema(schema)) return compileStandardSchema(schema);
    if (this.classes === null) {
      throw new RealtimeFault(
        `${place} is described by the class ${schema.name}, which needs class-validator and class-transformer: npm install class-validator class-transformer.`,
      );
    }
    return this.classes.compile(schema, place);
  }
}
