// How do a name template, its params and a concrete name relate? Compiled once; one object matches and builds.
import { ChannelDefinitionError, ChannelParamsError } from './channel-errors.js';
import { isLegalChannelName, isLegalSegment, MAX_CHANNEL_NAME_LENGTH, splitChannelName } from './channel-name.js';
import { decodeLegalParam, encodeLegalParam, isLegalParam } from './channel-param.js';
import { paramFault } from './param-fault.js';

type ParamOf<Segment extends string> = Segment extends `{${infer Param}}` ? Param : never;

/** Names of the params in a template: `'orders.{orderId}'` gives `'orderId'`. */
export type ChannelParamNames<Name extends string> = Name extends `${infer Head}.${infer Tail}`
  ? ParamOf<Head> | ChannelParamNames<Tail>
  : ParamOf<Name>;

/** Params of a template: `'orders.{orderId}'` gives `{ orderId: string }`. */
export type ChannelParams<Name extends string> = string extends Name
  ? Readonly<Record<string, string>>
  : { readonly [Param in ChannelParamNames<Name>]: string };

/** Keys that would reach an object's prototype; refused as param, event and message names. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether a name declared by a programmer is one legal segment and reaches no prototype. */
export function isDeclarableName(name: string): boolean {
  return isLegalSegment(name) && !RESERVED_NAMES.has(name);
}

/** A process may hold several copies of this package. Each knows the templates of the others. */
const BRAND = Symbol.for('@nestjs-realtime/contract:ChannelTemplate');

type Part = { readonly literal: string } | { readonly param: string };

/**
 * A compiled name template such as `orders.{orderId}`.
 *
 * A param fills exactly one segment. In the name its value is encoded (`encodeParam`); params here are values, and are compared as they are.
 */
export class ChannelTemplate {
  /** Param names in order of appearance. */
  readonly paramNames: readonly string[];
  /** Number of segments in the template and in every name it matches. */
  readonly length: number;
  private readonly parts: readonly Part[];

  /** @throws ChannelDefinitionError for an illegal segment, a duplicate or reserved param, or a template that is too long. */
  constructor(readonly source: string) {
    this.parts = parseTemplate(source);
    this.length = this.parts.length;
    this.paramNames = this.parts.flatMap((part) => ('param' in part ? [part.param] : []));
  }

  /** Whether a concrete name is legal and matches. Allocates nothing, because every broadcast calls it. */
  matches(name: string): boolean {
    if (!isLegalChannelName(name)) return false;
    const last = this.length - 1;
    for (let i = 0, start = 0; i <= last; i++) {
      const dot = name.indexOf('.', start);
      const end = dot === -1 ? name.length : dot;
      const part = this.parts[i];
      if ('literal' in part && (part.literal.length !== end - start || !name.startsWith(part.literal, start)))
        return false;
      if (dot === -1) return i === last;
      start = dot + 1;
    }
    return false;
  }

  /** Params of a concrete name, or null when the name is illegal or does not match. */
  match(name: string): Readonly<Record<string, string>> | null {
    const segments = splitChannelName(name);
    return segments && this.matchSegments(segments);
  }

  /** As `match`, for segments that `splitChannelName` has returned. It decodes only what is encoded. */
  matchSegments(segments: readonly string[]): Readonly<Record<string, string>> | null {
    if (segments.length !== this.length) return null;
    for (let i = 0; i < this.length; i++) {
      const part = this.parts[i];
      if ('literal' in part && part.literal !== segments[i]) return null;
    }
    const params: Record<string, string> = Object.create(null) as Record<string, string>;
    for (let i = 0; i < this.length; i++) {
      const part = this.parts[i];
      if ('param' in part) params[part.param] = decodeLegalParam(segments[i]);
    }
    return Object.freeze(params);
  }

  /** The concrete name for these params. @throws ChannelParamsError when a param is missing, unknown or illegal, or the name too long. */
  build(params: Readonly<Record<string, string>>): string {
    if (Object.keys(params).length > this.paramNames.length) this.refuseUnknown(params);
    let name = '';
    for (let i = 0; i < this.length; i++) {
      const part = this.parts[i];
      const segment = 'param' in part ? this.valueOf(part.param, params) : part.literal;
      name = i === 0 ? segment : `${name}.${segment}`;
    }
    if (name.length > MAX_CHANNEL_NAME_LENGTH) {
      throw new ChannelParamsError(
        `Channel "${this.source}" with these params has a name of ${name.length} characters, and ${MAX_CHANNEL_NAME_LENGTH} is the most; use shorter keys.`,
      );
    }
    return name;
  }

  /** Whether some concrete name matches both templates. */
  overlaps(other: ChannelTemplate): boolean {
    return (
      this.length === other.length &&
      this.parts.every((part, i) => {
        const counterpart = other.parts[i];
        return !('literal' in part && 'literal' in counterpart) || part.literal === counterpart.literal;
      })
    );
  }

  private valueOf(param: string, params: Readonly<Record<string, string>>): string {
    const value: unknown = Object.hasOwn(params, param) ? params[param] : undefined;
    // Most keys are plain, and stand as they are.
    if (isLegalSegment(value)) return value;
    if (isLegalParam(value)) return encodeLegalParam(value);
    if (value === undefined) {
      this.refuseUnknown(params);
      throw new ChannelParamsError(
        `Channel "${this.source}" needs the param "${param}"; it takes ${this.describeParams()}.`,
      );
    }
    throw new ChannelParamsError(`Param "${param}" of channel "${this.source}" ${paramFault(value)}`);
  }

  /** @throws ChannelParamsError for a param that the template does not have. A misspelt name is reported as such, not as a missing param. */
  private refuseUnknown(params: Readonly<Record<string, string>>): void {
    const unknown = Object.keys(params).find((name) => !this.paramNames.includes(name));
    if (unknown === undefined) return;
    throw new ChannelParamsError(
      `Channel "${this.source}" has no param "${unknown}"; it takes ${this.describeParams()}.`,
    );
  }

  private describeParams(): string {
    return this.paramNames.length === 0 ? 'no params' : `{ ${this.paramNames.join(', ')} }`;
  }
}

Object.defineProperty(ChannelTemplate.prototype, BRAND, { value: true });
Object.defineProperty(ChannelTemplate, Symbol.hasInstance, {
  value: (value: unknown) => typeof value === 'object' && value !== null && BRAND in value,
});

/**
 * Params of `name` under `template`, or null when it does not match (docs/decisions/0001#decision-3).
 * Pass a compiled `ChannelTemplate` where the same template is matched often.
 *
 * @example matchChannelTemplate('orders.{orderId}', 'orders.42') // { orderId: '42' }
 * @example matchChannelTemplate('users.{userId}', 'users.auth0%7C507f') // { userId: 'auth0|507f' }
 */
export function matchChannelTemplate<const Name extends string>(
  template: Name | ChannelTemplate,
  name: string,
): ChannelParams<Name> | null {
  const compiled = typeof template === 'string' ? new ChannelTemplate(template) : template;
  return compiled.match(name) as ChannelParams<Name> | null;
}

function parseTemplate(source: string): Part[] {
  if (typeof source !== 'string' || source.length === 0 || source.length > MAX_CHANNEL_NAME_LENGTH) {
    throw new ChannelDefinitionError(
      `A channel needs a name of 1 to ${MAX_CHANNEL_NAME_LENGTH} characters, such as "orders" or "orders.{orderId}".`,
    );
  }
  const seen = new Set<string>();
  return source.split('.').map((segment) => {
    const param = /^\{(.*)\}$/s.exec(segment)?.[1];
    if (param === undefined) {
      if (isLegalSegment(segment)) return { literal: segment };
      throw new ChannelDefinitionError(
        `Channel name "${source}" has the illegal segment "${String(segment)}"; a segment is 1 to 64 of A-Z a-z 0-9 _ -, or one whole {param}.`,
      );
    }
    if (!isDeclarableName(param)) {
      throw new ChannelDefinitionError(
        `Channel name "${source}" has the illegal param "{${param}}"; a param name is 1 to 64 of A-Z a-z 0-9 _ - and none of ${[...RESERVED_NAMES].join(', ')}.`,
      );
    }
    if (seen.has(param)) {
      throw new ChannelDefinitionError(
        `Channel name "${source}" uses the param "{${param}}" twice; give each its own name.`,
      );
    }
    seen.add(param);
    return { param };
  });
}
