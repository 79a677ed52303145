// Which methods of a class carry the mark of a decorator, and which marks would be lost without a word?
import { RealtimeFault } from '../realtime.exception.js';

type Class = { readonly name: string; readonly prototype: object };

/** A decorator of methods, and the metadata key under which its marks are kept. */
export interface MethodMark {
  readonly key: string;
  /** As people write it: `@RealtimeHandler`. */
  readonly decorator: string;
}

/** Methods that carry marks. One that is decorated several times has several, the innermost first. */
export type MarkedMethods<Mark> = readonly (readonly [method: string, marks: readonly Mark[]])[];

/** Marks a method on its function, where Nest looks, and on its class, so that a mark that others replace is noticed. */
export function markMethod({ key, decorator }: MethodMark, mark: unknown): MethodDecorator {
  return (target, method, descriptor: PropertyDescriptor | undefined) => {
    const callback = descriptor?.value as unknown;
    if (typeof callback !== 'function') {
      throw new RealtimeFault(`${placeOf(target, method)} has ${decorator} but is no method; write it as a method.`);
    }
    add(key, mark, callback);
    add(key, method, target);
  };
}

/** The marked methods of a class, inherited ones too. */
export function markedMethods<Mark>({ key }: MethodMark, type: Class): MarkedMethods<Mark> {
  const names = new Set(chain(type.prototype).flatMap((owner) => Object.getOwnPropertyNames(owner)));
  return [...names].flatMap((method): [string, readonly Mark[]][] => {
    const marks = marksOf<Mark>(key, definition(type, method)?.callback);
    return marks.length === 0 || method === 'constructor' ? [] : [[method, marks]];
  });
}

/** Faults of marks that have no effect: on static methods, on methods without a name, and on methods that something replaces. */
export function lostMarks({ key, decorator }: MethodMark, type: Class): string[] {
  const ofClass = chain(type).flatMap((owner) =>
    marked(key, owner).map((method) => `${placeOf(owner, method)} has ${decorator} but is static; remove static.`),
  );
  const ofInstances = chain(type.prototype).flatMap((owner) =>
    marked(key, owner).flatMap((method) => lost(key, decorator, type, owner, method) ?? []),
  );
  return [...ofClass, ...ofInstances];
}

function lost(key: string, decorator: string, type: Class, owner: object, method: PropertyKey): string | null {
  const place = placeOf(owner, method);
  if (typeof method === 'symbol') return `${place} has ${decorator}, but its name is a symbol; give it a plain name.`;
  const found = definition(type, method);
  if (marksOf(key, found?.callback).length > 0) return null;
  return found === null || found.owner === owner
    ? `${place} has ${decorator}, but another decorator or a spy has replaced the method; put ${decorator} above the others, and spy on instances.`
    : `${placeOf(found.owner, method)} overrides ${place}, which has ${decorator}, and has none itself; put ${decorator} on the override too, or name it otherwise.`;
}

/** What an instance has under a name. */
function definition({ prototype }: Class, method: PropertyKey): { owner: object; callback: unknown } | null {
  const owner = chain(prototype).find((link) => Object.hasOwn(link, method));
  return owner ? { owner, callback: Object.getOwnPropertyDescriptor(owner, method)!.value as unknown } : null;
}

/** Prototypes of an object, itself first, without those of the language. */
function chain(start: object): object[] {
  const links: object[] = [];
  let link = start as object | null;
  for (; link !== null && !ROOTS.has(link); link = Object.getPrototypeOf(link) as object | null) links.push(link);
  return links;
}

const ROOTS: ReadonlySet<object> = new Set([Object.prototype, Function.prototype]);

function marksOf<Mark>(key: string, callback: unknown): readonly Mark[] {
  if (typeof callback !== 'function') return [];
  return (Reflect.getMetadata(key, callback) as readonly Mark[] | undefined) ?? [];
}

/** Names of the methods of one class or prototype that were marked. */
function marked(key: string, owner: object): PropertyKey[] {
  return [...new Set((Reflect.getOwnMetadata(key, owner) as readonly PropertyKey[] | undefined) ?? [])];
}

function add(key: string, value: unknown, target: object): void {
  const known = (Reflect.getOwnMetadata(key, target) as readonly unknown[] | undefined) ?? [];
  Reflect.defineMetadata(key, [...known, value], target);
}

function placeOf(target: object, method: PropertyKey): string {
  const { name } = (typeof target === 'function' ? target : target.constructor) as { name: string };
  return `${name}.${String(method)}()`;
}
