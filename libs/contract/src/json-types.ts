// What is left of a value after JSON, and which values does JSON lose?

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a constraint: any function matches it
type AnyFunction = (...args: any[]) => unknown;
type Primitive = string | number | boolean | null | undefined;

/** The key itself if its field holds data; never for a method or a symbol. */
type FieldKey<T, Key extends keyof T> =
  Exclude<T[Key], undefined> extends AnyFunction ? never : Key extends symbol ? never : Key;

/** Fields of a class that hold data: no methods, no symbols. */
export type FieldNames<T> = { [Key in keyof T]-?: FieldKey<T, Key> }[keyof T];

/** A class without its methods. Optional fields stay optional, and read-only ones read-only. */
export type DataFields<T> = { [Key in keyof T as FieldKey<T, Key>]: T[Key] };

/** A type as it arrives: a `Date` is a string, `toJSON()` counts, methods are gone. */
export type Jsonify<T> = unknown extends T
  ? T
  : T extends { toJSON(...args: never[]): infer Written }
    ? Written extends Primitive
      ? Written
      : Jsonify<Written>
    : T extends Primitive
      ? T
      : [LossOf<T>] extends [never]
        ? T extends readonly unknown[]
          ? { [Index in keyof T]: Jsonify<T[Index]> }
          : { [Key in keyof T as FieldKey<T, Key>]: Jsonify<T[Key]> }
        : never;

/** What JSON loses of the value itself, apart from its fields; `never` if it loses nothing. */
type LossOf<T> = T extends AnyFunction
  ? 'function'
  : T extends bigint
    ? 'bigint'
    : T extends symbol
      ? 'symbol'
      : T extends ReadonlyMap<unknown, unknown>
        ? 'Map'
        : T extends ReadonlySet<unknown>
          ? 'Set'
          : T extends Error
            ? 'Error'
            : T extends ArrayBufferView | ArrayBuffer
              ? 'binary data'
              : T extends RegExp
                ? 'RegExp'
                : never;

/** Names the first kind of value that JSON loses, down to five levels; `never` if it loses nothing. Methods are no loss. */
export type LostIn<T, Depth extends 0[] = []> = Depth['length'] extends 5
  ? never
  : unknown extends T
    ? never
    : T extends { toJSON(...args: never[]): unknown }
      ? never
      : T extends Primitive | AnyFunction
        ? never
        : [LossOf<T>] extends [never]
          ? T extends readonly (infer Element)[]
            ? LostIn<Element, [...Depth, 0]>
            : { [Key in FieldNames<T>]-?: LostIn<T[Key], [...Depth, 0]> }[FieldNames<T>]
          : LossOf<T>;

/** No value has this type: the compiler reports it for a schema whose values JSON cannot carry. */
export interface JsonLoses<What> {
  readonly 'JSON cannot carry this payload; it loses': What;
}
