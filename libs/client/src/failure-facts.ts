// What can be seen of an attempt to connect that fails? Node shows the answer; a browser hides it, but says what its policy forbids.
import type { ResolvedOptions } from './client-options.js';
import type { SeenFailure } from './connect-failure.js';
import { endpoint, serverOrigin } from './server-address.js';

/** An error of the engine: `description` is a status, or the event of a WebSocket; `context` is an XMLHttpRequest. */
interface EngineError {
  readonly description?: number | { readonly error?: SeenFailure };
  readonly context?: { readonly statusText?: SeenFailure; readonly responseText?: string };
}

/** What a WebSocket of Node has besides. */
export interface NodeWebSocket {
  on?(event: 'unexpected-response', listener: (request: unknown, answer: Answer) => void): void;
  emit(event: 'error', error: Error): void;
}
interface Answer {
  readonly statusCode: number;
  once(event: 'data' | 'end', listener: (chunk?: unknown) => void): void;
}

/** Lets a WebSocket of Node say what was answered instead of an upgrade. */
export function showAnswers(webSocket: NodeWebSocket): void {
  webSocket.on?.('unexpected-response', (_request, answer) => {
    const tell = (chunk: unknown = ''): void => {
      const seen = { status: answer.statusCode, body: String(chunk) };
      webSocket.emit('error', Object.assign(new Error(`Unexpected server response: ${answer.statusCode}`), seen));
    };
    answer.once('data', tell);
    answer.once('end', tell);
  });
}

export function factsOf(error: unknown): SeenFailure {
  const { description, context } = error as EngineError;
  if (description === undefined) return { isForeign: true };
  if (typeof description === 'number' && description) return { status: description, body: context?.responseText };
  return context?.statusText ?? (description as { error?: SeenFailure }).error ?? {};
}

/** Hears whether the page's policy forbids the connection. @returns a function that says so, and stops listening. */
export function watchPolicy(options: ResolvedOptions): () => boolean {
  const host = serverOrigin(options).split('/')[2];
  let isBlocked = false;
  const see = ({ blockedURI, disposition }: SecurityPolicyViolationEvent): void => {
    isBlocked ||= disposition === 'enforce' && blockedURI.split('/')[2] === host;
  };
  globalThis.addEventListener?.('securitypolicyviolation', see);
  return () => {
    globalThis.removeEventListener?.('securitypolicyviolation', see);
    return isBlocked;
  };
}

/** Asks once more without a WebSocket: a browser shows the status to pages of the server, and to others whether it is there. */
export async function probe(options: ResolvedOptions): Promise<SeenFailure> {
  try {
    const { type, status } = await fetch(`${endpoint(options)}/`, { method: 'HEAD', mode: 'no-cors' });
    return { status, isReachable: type === 'opaque' };
  } catch {
    return {};
  }
}
