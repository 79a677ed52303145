// Which pages get in where polling is on? Requests that a browser sends for a foreign page without an Origin header.
import type { Attack } from '../harness/attack.js';
import { ask } from '../wire/http.js';

const OPEN = '?EIO=4&transport=polling';
/** The packet of Engine.IO that ends a transport; one that nobody ends stays for 45 s. */
const CLOSE = '1';
const GOOD = { origin: 'http://good.example' };

/** A script tag sends no Origin; what the browser says of it stands in `Sec-Fetch-Site`. */
const REFUSED: readonly (readonly [title: string, query: string, headers: Readonly<Record<string, string>>])[] = [
  ['JSONP', `${OPEN}&j=0`, {}],
  ['JSONP from another site', `${OPEN}&j=0`, { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' }],
  ['JSONP from a listed origin', `${OPEN}&j=0`, GOOD],
  ['JSONP with an empty index', `${OPEN}&j=`, {}],
  ['JSONP twice', `${OPEN}&j=0&j=1`, {}],
  ['a request from another site', OPEN, { 'sec-fetch-site': 'cross-site' }],
  ['a request from the same site', OPEN, { 'sec-fetch-site': 'same-site' }],
  ['a request of a kind that no browser knows', OPEN, { 'sec-fetch-site': 'elsewhere' }],
  ['a foreign origin', OPEN, { origin: 'http://evil.example' }],
  ['DNS rebinding', OPEN, { origin: 'http://evil.example', host: 'evil.example' }],
  ['the origin null', OPEN, { origin: 'null' }],
];

export const polling: Attack = {
  name: 'polling',
  tries: 'JSONP, and requests of other sites without an Origin, with polling and `allowMissingOrigin` on',
  options: { transports: ['polling', 'websocket'], allowMissingOrigin: true },
  async run(target) {
    const cookie = `session=${await target.login('victim')}`;
    for (const [title, query, headers] of REFUSED) {
      const { status, body } = await ask(target.fixture, query, { ...headers, cookie });
      target.expect(status >= 400, `a handshake was taken: ${title}: ${body.slice(0, 40)}`);
    }
    const { status, body } = await ask(target.fixture, OPEN, { ...GOOD, cookie });
    target.expect(status === 200, `the listed origin was refused by ${status}`);
    if (status !== 200) return;
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    await ask(target.fixture, `${OPEN}&sid=${sid}`, { ...GOOD, cookie }, CLOSE);
  },
};
