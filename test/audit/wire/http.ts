// What does an HTTP request get whose headers are exactly as written? `fetch` would add some of its own.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { FixtureProcess } from '../../fixture/fixture.process.js';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A POST where there is a body, else a GET. `query` begins with `?`. */
export function ask(
  fixture: FixtureProcess,
  query: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<HttpAnswer> {
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const asking = request(`${fixture.url}${fixture.path}/${query}`, { method, headers, timeout: 5_000 }, (answer) => {
      text(answer).then((told) => resolve({ status: answer.statusCode ?? 0, body: told }), reject);
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer')));
    asking.on('error', reject);
    asking.end(body);
  });
}
