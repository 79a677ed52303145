// Which channel does a call declare, as far as it is written out?
import { calledName } from './imported-names.js';
import { children, isComplete, property, staticText, type SyntaxNode, unwrapped } from './syntax-node.js';

export interface ChannelDeclaration {
  readonly name: string;
  /** The text of the name, to report at. */
  readonly nameNode: SyntaxNode;
  /** The object literal. */
  readonly fields: SyntaxNode;
}

/** Null for other calls, and for a declaration that holds more than is written there. */
export function channelDeclaration(call: SyntaxNode, program: SyntaxNode): ChannelDeclaration | null {
  if (calledName(call, program) !== 'defineRealtimeChannel') return null;
  const fields = unwrapped(children(call, 'arguments')[0]);
  if (!isComplete(fields)) return null;
  const nameNode = property(fields, 'name');
  const name = staticText(nameNode);
  return nameNode === undefined || name === undefined ? null : { name, nameNode, fields };
}
