// How does a provider or an import get into a module that people have edited? By text inserted where the parser says.
import type { ArrayLiteralExpression, CallExpression, ObjectLiteralExpression, SourceFile } from 'typescript';
import { importInto, type NeededImport } from './import-insertion.js';
import { appendTo, applyInsertions, type Insertion, listOf } from './list-insertion.js';
import { arrayBehind, bare, moduleDecorators, parsed, valueOf } from './module-source.js';
import type { TypeScript } from './project-typescript.js';
import { SchematicFault } from './schematic-fault.js';
import { importStyle } from './text-style.js';

export interface ModuleEdit {
  readonly list: 'imports' | 'providers';
  /** The symbols of `imports`, by position: `{0}.forFeature([{1}])`, or `{0}` for a class. */
  readonly element: string;
  readonly imports: readonly NeededImport[];
  /** The method of symbol 0 whose call may be there already. With a `member`, that is added to its first argument. */
  readonly call?: { readonly method: string; readonly member?: string };
}

interface Place {
  readonly ts: TypeScript;
  readonly source: SourceFile;
  readonly edit: ModuleEdit;
}

/** @throws SchematicFault, with what to do by hand, where the text does not say which list that is. */
export function addToModule(ts: TypeScript, file: string, text: string, edit: ModuleEdit): string {
  const place: Place = { ts, source: parsed(ts, file, text), edit };
  const metadata = metadataOf(place);
  const names = edit.imports.map((needed) => importInto(ts, place.source, needed));
  const { quote } = importStyle(ts, place.source);
  const written = (template: string): string =>
    template.replace(/\{(\d)\}/g, (_, index: string) => names[Number(index)].local).replaceAll(`'`, quote);
  const insertions = elementInsertions(place, metadata, written);
  if (insertions.length === 0) return text;
  const result = applyInsertions(text, [...names.flatMap((name) => name.insertions), ...insertions]);
  parsed(ts, file, result);
  return result;
}

function elementInsertions(
  place: Place,
  metadata: CallExpression | ObjectLiteralExpression,
  written: (template: string) => string,
): Insertion[] {
  const { ts, source, edit } = place;
  const element = written(edit.element);
  // `@Module()` without metadata
  if (ts.isCallExpression(metadata)) {
    return [{ at: metadata.end - 1, text: `{ ${edit.list}: [${element}] }` }];
  }
  const value = valueOf(ts, metadata, edit.list);
  if (value === undefined) return newList(place, metadata, element);
  const list = value && arrayBehind(ts, source, value);
  if (!list) throw byHand(place, `The ${edit.list} of the @Module of ${source.fileName} are not an array literal.`);
  const call = edit.call && existingCall(place, list, written(`{0}.${edit.call.method}`));
  if (call) return edit.call?.member === undefined ? [] : intoCall(place, call, written(edit.call.member));
  return intoArray(place, list, element);
}

/** `@Module()` itself where it has no argument. */
function metadataOf(place: Place): CallExpression | ObjectLiteralExpression {
  const { ts, source, edit } = place;
  const found = moduleDecorators(ts, source);
  const many = found.length === 0 ? 'no class' : `${found.length} classes`;
  if (found.length !== 1) throw byHand(place, `${source.fileName} has ${many} decorated with @Module.`);
  const [first] = found[0].arguments;
  if (first === undefined) return found[0];
  const metadata = bare(ts, first);
  if (ts.isObjectLiteralExpression(metadata)) return metadata;
  throw byHand(place, `The ${edit.list} of the @Module of ${source.fileName} are not an array literal.`);
}

function byHand({ edit }: Place, reason: string): SchematicFault {
  const element = edit.element.replace(/\{(\d)\}/g, (_, index: string) => edit.imports[Number(index)].symbol);
  return new SchematicFault(`${reason} Add ${element} to its ${edit.list} by hand.`);
}

function newList({ ts, source, edit }: Place, metadata: ObjectLiteralExpression, element: string): Insertion[] {
  const property = `${edit.list}: [${element}]`;
  return appendTo(ts, source, listOf(source, metadata, metadata.properties, ' '), property);
}

function intoArray({ ts, source }: Place, list: ArrayLiteralExpression, element: string): Insertion[] {
  const there = list.elements.some((each) => bare(ts, each).getText(source) === element);
  return there ? [] : appendTo(ts, source, listOf(source, list, list.elements, ''), element);
}

function existingCall({ ts, source }: Place, list: ArrayLiteralExpression, callee: string): CallExpression | undefined {
  return list.elements
    .map((each) => bare(ts, each))
    .filter((each) => ts.isCallExpression(each))
    .find(({ expression }) => expression.getText(source) === callee);
}

/** A name goes into a list, a property into an object. */
function intoCall(place: Place, call: CallExpression, member: string): Insertion[] {
  const { ts, source } = place;
  const [first] = call.arguments;
  const key = /^(\w+): /.exec(member)?.[1];
  if (first === undefined) return [{ at: call.end - 1, text: key ? `{ ${member} }` : `[${member}]` }];
  const value = bare(ts, first);
  if (key !== undefined && ts.isObjectLiteralExpression(value)) {
    const known = valueOf(ts, value, key);
    if (known === undefined) return appendTo(ts, source, listOf(source, value, value.properties, ' '), member);
    if (known?.getText(source) === member.slice(key.length + 2)) return [];
    throw byHand(place, `${call.expression.getText(source)}() in ${source.fileName} has another ${key}.`);
  }
  const list = key === undefined ? arrayBehind(ts, source, value) : null;
  if (list) return intoArray(place, list, member);
  throw byHand(place, `${call.expression.getText(source)}() in ${source.fileName} does not take a literal.`);
}
