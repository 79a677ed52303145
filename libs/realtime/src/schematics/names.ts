// What are the things called that a generator makes? From one name on the command line: files, classes, messages, the channel itself.
import { ChannelTemplate } from '@nestjs-realtime/contract';
import { SchematicFault } from './schematic-fault.js';

/** `orders/addNote` or `orders/add-note`; the Nest CLI turns the first into the second. */
export interface TargetName {
  /** Between the source root and the file, without `realtime/`: `orders`, or nothing. */
  readonly feature: string;
  /** `add-note` */
  readonly kebab: string;
  /** `addNote` */
  readonly camel: string;
  /** `AddNote` */
  readonly pascal: string;
}

/** The name of a channel is no path. @throws SchematicFault that says how to give it. */
export function demandPath(path: string): void {
  if (!/[.{}]/.test(path)) return;
  legalChannelName(path);
  throw new SchematicFault(
    `"${path}" is the name of a channel; write a path such as orders/order, and --template "${path}".`,
  );
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** @throws SchematicFault where a part is no name. */
export function targetName(path: string): TargetName {
  const parts = path.split('/').filter((part) => part !== '');
  const wrong = parts.find((part) => !NAME.test(part));
  if (wrong !== undefined || parts.length === 0) {
    throw new SchematicFault(`"${wrong ?? path}" is no legal name; a part is a letter, then A-Z a-z 0-9 _ -.`);
  }
  const kebab = kebabCase(parts.pop()!);
  const camel = camelCase(kebab);
  return { feature: parts.map(kebabCase).join('/'), kebab, camel, pascal: camel[0].toUpperCase() + camel.slice(1) };
}

export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/_+/g, '-')
    .toLowerCase();
}

export function camelCase(name: string): string {
  return name.replace(/-+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '');
}

/** `orders/order` with the param `orderId` is `orders.{orderId}`; `orders/note` is `orders.note`. */
export function channelName({ feature, kebab }: TargetName, params: readonly string[]): string {
  const folders = feature === '' ? [] : feature.split('/');
  const folder = folders.at(-1) ?? '';
  const own = folder === kebab || (params.length > 0 && folder === `${kebab}s`) ? [] : [kebab];
  return legalChannelName([...folders, ...own, ...params.map((param) => `{${param}}`)].join('.'));
}

/** @throws SchematicFault for what `defineRealtimeChannel` refuses. */
export function legalChannelName(name: string): string {
  try {
    void new ChannelTemplate(name);
    return name;
  } catch {
    throw new SchematicFault(
      `"${name}" is no legal channel name; a segment is 1 to 64 of A-Z a-z 0-9 _ -, or one whole {param}.`,
    );
  }
}

/** `a, b` or `['a', 'b']`, as the command line or a prompt gives it. @throws SchematicFault where one is no identifier. */
export function nameList(option: string, given: string | readonly string[] | undefined): string[] {
  const names = [given ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = names.find((name) => !/^[A-Za-z_$][\w$]*$/.test(name));
  if (wrong === undefined) return [...new Set(names)];
  throw new SchematicFault(`"${wrong}" in --${option} is no identifier; write names such as noteAdded.`);
}
