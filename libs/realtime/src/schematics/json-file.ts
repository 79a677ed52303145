// How does a change get into a JSON file? With the indentation and the line breaks that it has.
import { change, jsonAt, type ProjectTree, textAt } from './project-tree.js';

export type Json = Record<string, unknown>;

/** False where the file is missing, or has comments and must be edited by hand. */
export function changeJson(tree: ProjectTree, path: string, edit: (json: Json) => void): boolean {
  const json = jsonAt(tree, path);
  if (json === null) return false;
  const before = JSON.stringify(json);
  edit(json);
  // Not even its layout changes where there is nothing to add.
  if (JSON.stringify(json) === before) return true;
  const text = textAt(tree, path)!;
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  const end = /\s*$/.exec(text)![0];
  const written = JSON.stringify(json, null, indent) + end;
  change(tree, path, text.includes('\r\n') ? written.replace(/\r?\n/g, '\r\n') : written);
  return true;
}

/** The object under a key, made where it is missing. */
export function objectAt(json: Json, key: string): Json {
  const known = json[key];
  if (typeof known === 'object' && known !== null) return known as Json;
  return (json[key] = {});
}
