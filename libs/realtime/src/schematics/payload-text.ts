// What does a payload look like in a new channel? One field, by the validation library that the project has.
import type { Validation } from './validation.js';

export interface PayloadText {
  readonly importLine: string;
  /** Declares `name`; empty for events without payload. */
  readonly declaration: (name: string) => string;
  readonly slot: (name: string) => string;
}

/** What tests of generated code send. */
export const SAMPLE = `{ text: 'Hello' }`;

const SCHEMA = (library: string) => (name: string) =>
  `export const ${name} = ${library}.object({ text: ${library}.string() });\n\n`;

export const PAYLOADS: Readonly<Record<Validation, PayloadText>> = {
  'class-validator': {
    importLine: `import { IsString } from 'class-validator';\n`,
    declaration: (name) => `export class ${name} {\n  @IsString()\n  text!: string;\n}\n\n`,
    slot: (name) => name,
  },
  zod: { importLine: `import { z } from 'zod';\n`, declaration: SCHEMA('z'), slot: (name) => name },
  valibot: { importLine: `import * as v from 'valibot';\n`, declaration: SCHEMA('v'), slot: (name) => name },
  none: { importLine: '', declaration: () => '', slot: () => 'null' },
};

/** Whether `name` is declared in the text with the field of our sample, and no other. */
export function takesSample(text: string, name: string): boolean {
  const declared = [
    String.raw`class ${name} \{\s*@IsString\(\)\s*text!?: string;\s*\}`,
    String.raw`const ${name} = [zv]\.object\(\{\s*text: [zv]\.string\(\),?\s*\}\)`,
  ];
  return declared.some((pattern) => new RegExp(pattern).test(text));
}
