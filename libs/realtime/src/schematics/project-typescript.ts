// Which TypeScript reads the project's modules? Its own, so that the syntax it understands is the syntax the project may use.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SchematicFault } from './schematic-fault.js';

export type TypeScript = typeof import('typescript');

/** The copy of the project, else that of its Nest CLI. @throws SchematicFault where neither has a compiler API. */
export function projectTypeScript(root: string): TypeScript {
  const found = [typescriptFrom(root), typescriptFrom(cliFolder(root))].find((ts) => ts !== null);
  if (found) return found;
  throw new SchematicFault('No TypeScript with a compiler API; install typescript@6.');
}

/** A native TypeScript may have no JavaScript API. */
function typescriptFrom(folder: string | null): TypeScript | null {
  if (folder === null) return null;
  try {
    const found = createRequire(join(folder, 'package.json'))('typescript') as Partial<TypeScript>;
    return typeof found.createSourceFile === 'function' ? (found as TypeScript) : null;
  } catch {
    return null;
  }
}

function cliFolder(root: string): string | null {
  try {
    return join(createRequire(join(root, 'package.json')).resolve('@nestjs/cli/package.json'), '..');
  } catch {
    return null;
  }
}
