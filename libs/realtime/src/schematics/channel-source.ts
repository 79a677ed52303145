// What does a channel file declare, and how does one more message get into it?
import type { Expression, ObjectLiteralExpression, SourceFile } from 'typescript';
import { appendTo, applyInsertions, listOf } from './list-insertion.js';
import { bare, parsed, valueOf } from './module-source.js';
import type { TypeScript } from './project-typescript.js';
import { SchematicFault } from './schematic-fault.js';

/** A message as its handler needs to know it. */
export interface DeclaredMessage {
  /** The file with the message in it. */
  readonly text: string;
  readonly symbol: string;
  /** Null where the name is no literal. */
  readonly params: readonly string[] | null;
  /** As it is written: a name, `null`, or an expression. */
  readonly slot: string;
  /** An event that carries the same. */
  readonly event: string | null;
}

interface Declaration {
  readonly ts: TypeScript;
  readonly source: SourceFile;
  readonly symbol: string;
  readonly object: ObjectLiteralExpression;
}

/** @throws SchematicFault where the declaration is not written as a literal. */
export function declareMessage(ts: TypeScript, file: string, text: string, message: string): DeclaredMessage {
  const declaration = declarationIn(ts, parsed(ts, file, text));
  const events = slotsOf(declaration, 'events');
  const messages = messagesOf(declaration, message);
  const known = messages && valueOf(ts, messages, message);
  const carried = events.find(({ slot }) => slot === 'null' || /^[\w$]+$/.test(slot));
  const slot = known ? payloadOf(declaration, known) : (carried?.slot ?? 'null');
  return {
    text: known ? text : withMessage(declaration, messages, `${message}: ${slot}`),
    symbol: declaration.symbol,
    params: paramsOf(declaration),
    slot,
    event: events.find((each) => each.slot === slot)?.name ?? null,
  };
}

function declarationIn(ts: TypeScript, source: SourceFile): Declaration {
  const found = source.statements
    .filter((statement) => ts.isVariableStatement(statement))
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .flatMap(({ name, initializer }) => {
      const call = initializer && bare(ts, initializer);
      const isChannel =
        call && ts.isCallExpression(call) && call.expression.getText(source) === 'defineRealtimeChannel';
      return isChannel ? [{ symbol: name.getText(source), argument: call.arguments[0] }] : [];
    });
  const [first] = found;
  if (found.length !== 1) {
    throw new SchematicFault(`${source.fileName} declares ${found.length} channels, not 1; write the handler by hand.`);
  }
  const object = bare(ts, first.argument);
  if (ts.isObjectLiteralExpression(object)) return { ts, source, symbol: first.symbol, object };
  throw new SchematicFault(
    `${first.symbol} in ${source.fileName} is not declared by a literal; write the handler by hand.`,
  );
}

/** Undefined where the channel takes no messages yet. */
function messagesOf({ ts, source, symbol, object }: Declaration, message: string): ObjectLiteralExpression | undefined {
  const value = valueOf(ts, object, 'messages');
  const short = valueOf(ts, object, 'message');
  if (value === undefined && short === undefined) return undefined;
  const literal = value && bare(ts, value);
  if (literal && ts.isObjectLiteralExpression(literal)) return literal;
  throw new SchematicFault(
    `The messages of ${symbol} in ${source.fileName} are not an object literal. Add ${message} to them by hand, as a literal.`,
  );
}

function slotsOf({ ts, source, object }: Declaration, key: string): { name: string; slot: string }[] {
  const value = valueOf(ts, object, key);
  const literal = value && bare(ts, value);
  if (!literal || !ts.isObjectLiteralExpression(literal)) return [];
  return literal.properties
    .filter((each) => ts.isPropertyAssignment(each) && ts.isIdentifier(each.name))
    .map((each) => ({
      name: each.name!.getText(source),
      slot: (each as { initializer: Expression } & typeof each).initializer.getText(source),
    }));
}

/** A slot, or the `payload` of an object that says more. */
function payloadOf({ ts, source }: Declaration, slot: Expression): string {
  const value = bare(ts, slot);
  const payload = ts.isObjectLiteralExpression(value) ? valueOf(ts, value, 'payload') : value;
  return payload?.getText(source) ?? '';
}

function paramsOf({ ts, object }: Declaration): string[] | null {
  const name = valueOf(ts, object, 'name');
  if (!name || !ts.isStringLiteralLike(name)) return null;
  return [...name.text.matchAll(/\{(\w+)\}/g)].map(([, param]) => param);
}

function withMessage(
  { ts, source, object }: Declaration,
  messages: ObjectLiteralExpression | undefined,
  slot: string,
): string {
  const insertions = messages
    ? appendTo(ts, source, listOf(source, messages, messages.properties, ' '), slot)
    : appendTo(ts, source, listOf(source, object, object.properties, ' '), `messages: { ${slot} }`);
  return applyInsertions(source.text, insertions);
}
