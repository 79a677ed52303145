// What does a generator use of the tree and the context that the Nest CLI hands it? The few members that it calls.

/** A tree of @angular-devkit/schematics fits. Paths are relative to the root of the project. */
export interface ProjectTree {
  exists(path: string): boolean;
  read(path: string): { toString(encoding: 'utf8'): string } | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  getDir(path: string): { readonly subfiles: readonly string[] };
}

export interface SchematicContext {
  readonly logger: { info(message: string): void; warn(message: string): void };
  addTask(task: { toConfiguration(): { readonly name: string; readonly options: object } }): unknown;
}

export type Rule = (tree: ProjectTree, context: SchematicContext) => Promise<void>;

/** Kept with its byte order mark, which `readText` drops. */
export function textAt(tree: ProjectTree, path: string): string | null {
  return tree.exists(path) ? tree.read(path)!.toString('utf8') : null;
}

export function change(tree: ProjectTree, path: string, text: string): void {
  if (textAt(tree, path) !== text) tree.overwrite(path, text);
}

/** Null where the file is missing or has comments. */
export function jsonAt(tree: ProjectTree, path: string): Record<string, unknown> | null {
  try {
    return JSON.parse(textAt(tree, path) ?? '') as Record<string, unknown>;
  } catch {
    return null;
  }
}
