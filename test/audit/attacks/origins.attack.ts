// Which pages get in? Handshakes with a session cookie from origins that nobody has listed.
import type { Attack } from '../harness/attack.js';
import type { Target } from '../harness/target.js';
import type { Headers } from '../wire/wire.js';

const EVIL = 'http://evil.example';
const GOOD = 'http://good.example';

const REFUSED: Readonly<Record<string, Headers>> = {
  'a foreign origin': { origin: EVIL },
  'DNS rebinding': { origin: EVIL, host: 'evil.example' },
  'DNS rebinding with a port': { origin: `${EVIL}:8080`, host: 'evil.example:8080' },
  'DNS rebinding in capitals': { origin: EVIL, host: 'EVIL.example' },
  'DNS rebinding over TLS': { origin: 'https://evil.example', host: 'evil.example' },
  'DNS rebinding behind a header of a proxy': { origin: EVIL, 'x-forwarded-host': 'evil.example' },
  'the origin null': { origin: 'null' },
  'an empty origin': { origin: '' },
  'no origin': { origin: undefined },
  'no origin, from another site': { origin: undefined, 'sec-fetch-site': 'cross-site' },
  'no origin, from the same site': { origin: undefined, 'sec-fetch-site': 'same-site' },
  'another scheme': { origin: 'https://good.example' },
  'another port': { origin: `${GOOD}:8080` },
  'a longer name': { origin: `${GOOD}.evil.example` },
  'a name before it': { origin: 'http://xgood.example' },
  'a user in it': { origin: 'http://good.example@evil.example' },
  'a path after it': { origin: `${GOOD}/` },
  'a dot after it': { origin: `${GOOD}.` },
  'two origins': { origin: `${GOOD}, ${EVIL}` },
};

export const origins: Attack = {
  name: 'origins',
  tries: 'handshakes with a cookie from foreign, missing and rebound origins; `origins` of the fixture is set',
  async run(target) {
    const cookie = `session=${await target.login('victim')}`;
    const before = await target.stats();
    for (const [title, headers] of Object.entries(REFUSED)) {
      target.expect(!(await opens(target, { ...headers, cookie })), `a handshake was taken: ${title}`);
    }
    const { authCalls } = await target.stats();
    target.expect(authCalls === before.authCalls, 'a refused handshake reached the authenticator');
    target.expect(await opens(target, { origin: GOOD, cookie }), 'the listed origin was refused');
  },
};

async function opens(target: Target, headers: Headers): Promise<boolean> {
  const wire = await target.open(headers);
  return wire.packets.some((packet) => packet.startsWith('0'));
}
