// How does a new file get into the project? Formatted as the project formats; what is there and differs is never overwritten unasked.
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { change, type ProjectTree, textAt } from './project-tree.js';
import { SchematicFault } from './schematic-fault.js';

export interface MadeFile {
  readonly path: string;
  readonly text: string;
}

interface Prettier {
  resolveConfig(file: string): Promise<object | null>;
  format(text: string, options: object): Promise<string>;
}

/** @throws SchematicFault where a file exists and differs, unless `overwrite`. */
export async function makeFiles(tree: ProjectTree, files: readonly MadeFile[], overwrite: boolean): Promise<void> {
  for (const { path, text: raw } of files) {
    const text = await formatted(process.cwd(), path, raw);
    const there = textAt(tree, path);
    if (there === null) tree.create(path, text);
    else if (overwrite) change(tree, path, text);
    else if (there !== text) {
      throw new SchematicFault(`${basename(path)} exists and differs; rename it or pass --force.`);
    }
  }
}

/** By the Prettier of the project; as it is where there is none. */
async function formatted(root: string, path: string, text: string): Promise<string> {
  const prettier = await prettierOf(root);
  if (prettier === null) return text;
  const filepath = join(root, path);
  return prettier.format(text, { ...(await prettier.resolveConfig(filepath)), filepath });
}

async function prettierOf(root: string): Promise<Prettier | null> {
  try {
    const entry = createRequire(join(root, 'package.json')).resolve('prettier');
    // A CommonJS module, whose exports are its default.
    const { default: prettier } = (await import(pathToFileURL(entry).href)) as { default: Prettier };
    return prettier;
  } catch {
    return null;
  }
}
