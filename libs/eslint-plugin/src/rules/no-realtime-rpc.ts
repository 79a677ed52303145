// Is realtime used as if it were HTTP? docs/rules.md#r0
import type { LintedFile, RealtimeRule } from '../rule.js';
import { channelDeclaration } from '../syntax/channel-declaration.js';
import { calledName } from '../syntax/imported-names.js';
import { child, children, isComplete, nameOf, property, type SyntaxNode, unwrapped } from '../syntax/syntax-node.js';

const FUNCTION = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;
const NOTHING = /^TS(Void|Undefined|Never)Keyword$/;

/** With one of these the server has something to say on the channel, whatever its messages do. */
const SAID_BY_SERVER = ['events', 'payload', 'history', 'presence', 'snapshot'];

export const noRealtimeRpc: RealtimeRule = {
  description: 'Realtime delivers state; it does not replace requests and responses.',
  messages: {
    undeclared:
      'No client gets what this handler returns: broadcast the new state, make this an HTTP route, or name the channel in ' +
      '@RealtimeHandler, so that the compiler checks the result against the reply that the message declares.',
    repliesOnly:
      'The server sends nothing on "{{name}}" but replies: declare the events that tell subscribers of new state, or make these messages HTTP routes.',
  },
  defaults: {},
  visit(file) {
    return {
      MethodDefinition: (method) => {
        const type = resultType(method);
        if (type !== undefined && isUncheckedHandler(method, file) && !isNothing(type)) file.report(type, 'undeclared');
      },
      ReturnStatement: (statement) => {
        const method = methodAround(statement);
        if (method === undefined || !isUncheckedHandler(method, file) || resultType(method) !== undefined) return;
        if (isValue(child(statement, 'argument'))) file.report(statement, 'undeclared');
      },
      CallExpression: (call) => {
        const channel = channelDeclaration(call, file.program);
        if (channel !== null && hasRepliesOnly(channel.fields)) {
          file.report(channel.nameNode, 'repliesOnly', { name: channel.name });
        }
      },
    };
  },
};

/** Where the decorator names channel and message, the compiler knows whether the message declares a reply, and which. */
function isUncheckedHandler(method: SyntaxNode, { program }: LintedFile<object>): boolean {
  return children(method, 'decorators')
    .map((decorator) => child(decorator, 'expression'))
    .some((call) => calledName(call, program) === 'RealtimeHandler' && children(call, 'arguments').length < 2);
}

function resultType(method: SyntaxNode): SyntaxNode | undefined {
  return child(child(child(method, 'value'), 'returnType'), 'typeAnnotation');
}

/** `void`, `undefined`, `never`, a promise of them, or a choice of them. */
function isNothing(type: SyntaxNode | undefined): boolean {
  if (type === undefined) return false;
  if (type.type === 'TSUnionType') return children(type, 'types').every(isNothing);
  if (type.type !== 'TSTypeReference') return NOTHING.test(type.type);
  const isPromise = /^Promise(Like)?$/.test(nameOf(child(type, 'typeName')) ?? '');
  return isPromise && isNothing(children(child(type, 'typeArguments') ?? child(type, 'typeParameters'), 'params')[0]);
}

/** The method whose own body holds the statement. */
function methodAround(statement: SyntaxNode): SyntaxNode | undefined {
  let node = child(statement, 'parent');
  while (node !== undefined && !FUNCTION.test(node.type)) node = child(node, 'parent');
  const owner = child(node, 'parent');
  return owner?.type === 'MethodDefinition' ? owner : undefined;
}

/** Whether an expression surely has a value. What a call gives is unknown: often it is a promise of nothing. */
function isValue(node: SyntaxNode | undefined): boolean {
  const expression = unwrapped(node);
  switch (expression?.type) {
    case undefined:
    case 'CallExpression':
    case 'NewExpression':
    case 'AwaitExpression':
    case 'ImportExpression':
    case 'TaggedTemplateExpression':
      return false;
    case 'UnaryExpression':
      return expression.operator !== 'void';
    case 'Identifier':
      return expression.name !== 'undefined';
    case 'ConditionalExpression':
      return isValue(child(expression, 'consequent')) || isValue(child(expression, 'alternate'));
    case 'LogicalExpression':
      return isValue(child(expression, 'right'));
    case 'SequenceExpression':
      return isValue(children(expression, 'expressions').at(-1));
    default:
      return true;
  }
}

/** Whether all that the server ever sends on a channel are replies, as far as it is written out. */
function hasRepliesOnly(fields: SyntaxNode): boolean {
  if (SAID_BY_SERVER.some((field) => property(fields, field) !== undefined)) return false;
  const messages = property(fields, 'messages');
  const single = property(fields, 'message');
  if (messages === undefined) return isAnswered(single);
  const slots = children(messages, 'properties').map((each) => unwrapped(child(each, 'value')));
  return slots.length > 0 && slots.every(isAnswered);
}

function isAnswered(slot: SyntaxNode | undefined): boolean {
  return isComplete(slot) && property(slot, 'reply') !== undefined && property(slot, 'whisper') === undefined;
}
