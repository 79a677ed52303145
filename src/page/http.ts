// How does the page ask the server for something? As JSON over HTTP; what the server pushes arrives on channels.

/** A refusal of the server; the message is for the user. */
export class HttpError extends Error {}

export async function get<Answer>(path: string): Promise<Answer> {
  return request<Answer>('GET', path);
}

export async function post<Answer = void>(path: string, body: object = {}): Promise<Answer> {
  return request<Answer>('POST', path, body);
}

export async function put(path: string): Promise<void> {
  return request('PUT', path);
}

export async function remove(path: string): Promise<void> {
  return request('DELETE', path);
}

/** For work that no form waits for. When the server is unreachable, the state of the connection shows it. */
export function inBackground(work: Promise<unknown>): void {
  work.catch((error: unknown) => console.warn(error));
}

async function request<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(path, {
    method,
    ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw new HttpError(messageOf(answer) ?? `The server answered ${response.status}.`);
  return answer as Answer;
}

/** Nest answers `{ message: string | string[] }`; an array comes from the validation of a body. */
function messageOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('message' in answer)) return undefined;
  return Array.isArray(answer.message) ? answer.message.join(', ') : String(answer.message);
}
