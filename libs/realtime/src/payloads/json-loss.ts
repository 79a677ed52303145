// Would JSON lose something of a value, and where? Looked for in every outbound payload, once, before it is encoded.

/** What JSON would lose, and where: a dotted path, empty for the value itself. */
export interface JsonLoss {
  path: string;
  readonly what: string;
}

/** Deeper values are not walked: a cycle has no end, and JSON's own recursion would overflow the stack. */
const DEEPEST = 1_000;

/** Objects whose content JSON does not see, by their tag. */
const LOST_OBJECTS: ReadonlySet<string> = new Set([
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'Error',
  'RegExp',
  'Promise',
  'ArrayBuffer',
  'SharedArrayBuffer',
]);

/** Null if the value arrives as it is, apart from what `toJSON()` makes of it. Throws what a getter or `toJSON()` throws. */
export function jsonLoss(value: unknown): JsonLoss | null {
  return value === undefined ? null : lossIn(value, 0, '');
}

/** Allocates nothing unless there is a loss: the path grows on the way back. */
function lossIn(value: unknown, depth: number, key: string): JsonLoss | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(value) ? null : lost(String(value));
    case 'object':
      return value === null ? null : lossInObject(value, depth, key);
    case 'undefined':
      return lost('undefined');
    default:
      return lost(`a ${typeof value}`);
  }
}

function lossInObject(value: object, depth: number, key: string): JsonLoss | null {
  if (depth > DEEPEST) return { path: '', what: `more than ${DEEPEST} levels, or an object that contains itself` };
  if (Array.isArray(value)) return lossInList(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (ArrayBuffer.isView(value)) return lost('binary data');
    if (typeof toJSON === 'function') return lossInWritten(value, depth, key);
    const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
    const isOpaque = tag !== 'Object' && Object.keys(value).length === 0 && !BOXED.has(tag);
    if (LOST_OBJECTS.has(tag) || isOpaque)
      return lost(`${tag === 'Error' || tag === 'ArrayBuffer' ? 'an' : 'a'} ${tag}`);
  } else if (typeof (value as { readonly toJSON?: unknown }).toJSON === 'function') {
    return lossInWritten(value, depth, key);
  }
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    const field = (value as Record<string, unknown>)[name];
    // JSON leaves it out, as a declaration of an optional field means it.
    if (field === undefined) continue;
    const loss = lossIn(field, depth + 1, name);
    if (loss !== null) return under(name, loss, depth);
  }
  return null;
}

const BOXED: ReadonlySet<string> = new Set(['String', 'Number', 'Boolean']);

function lossInList(list: readonly unknown[], depth: number): JsonLoss | null {
  for (let index = 0; index < list.length; index++) {
    const element = list[index];
    const loss = lossIn(element, depth + 1, String(index));
    if (loss !== null) return under(String(index), loss, depth);
  }
  return null;
}

/** Judges what `toJSON()` writes, as JSON does. */
function lossInWritten(value: object, depth: number, key: string): JsonLoss | null {
  if (value instanceof Date && Number.isNaN(value.getTime())) return lost('an invalid Date');
  const written = (value as { toJSON(key: string): unknown }).toJSON(key);
  if (written === undefined) return depth === 0 ? lost('what its toJSON() returns: undefined') : null;
  return written === value ? lost('an object whose toJSON() returns itself') : lossIn(written, depth + 1, key);
}

function lost(what: string): JsonLoss {
  return { path: '', what };
}

/** A path with hundreds of steps helps no programmer. */
function under(name: string, loss: JsonLoss, depth: number): JsonLoss {
  if (depth < 32) loss.path = loss.path === '' ? name : `${name}.${loss.path}`;
  return loss;
}
