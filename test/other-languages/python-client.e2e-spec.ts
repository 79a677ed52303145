// Does the Python client of docs/protocol.md live through everything that the server does to it?
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { freePort } from '../kit/free-port.js';
import { PythonProgram } from './python.js';

const [, PROGRAM] = /```python\n(.*?)```/s.exec(readFileSync('docs/protocol.md', 'utf8'))!;
/** As the first lines of python-socketio's own documentation: it reconnects by itself. */
const STOCK = `
import sys, socketio
client = socketio.Client()
client.on("connect", lambda: print("connect", flush=True))
client.on("disconnect", lambda: print("disconnect", flush=True))
client.connect(sys.argv[1], socketio_path="realtime", transports=["websocket"])
client.wait()
print("over", flush=True)
`;

let fixture: FixtureProcess;
let port: number;
const programs: PythonProgram[] = [];

async function start(options: object = {}): Promise<void> {
  fixture = await FixtureProcess.start({ PORT: String(port), REALTIME_OPTIONS: JSON.stringify(options) });
}

function run(source: string, channels: readonly string[] = [], env: Record<string, string> = {}): PythonProgram {
  const program = PythonProgram.run(source, [fixture.url, ...channels], env);
  programs.push(program);
  return program;
}

const publish = (channel: string, n: number) => fixture.control('/publish', { channel, payload: { n, text: 'hello' } });

afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.stop()));
  await fixture.stop();
});

describe('the Python client of the docs', () => {
  it('gets events, through a restart and a kill of the server', async () => {
    port = await freePort();
    await start();
    const client = run(PROGRAM, ['t.public']);
    const hears = async (n: number): Promise<void> => {
      await client.said('subscribed t.public', n);
      await publish('t.public', n);
      await client.said(`event t.public message {'n': ${n}, 'text': 'hello'}`);
    };
    await hears(1);
    expect(await fixture.stop()).toBe(0);
    await client.said('bye SHUTDOWN');
    await start();
    await hears(2);
    await fixture.kill();
    await start();
    await hears(3);
    expect(client.lines).toHaveLength(7);
  });

  it('waits for a server that is not there yet', async () => {
    port = await freePort();
    const client = PythonProgram.run(PROGRAM, [`http://127.0.0.1:${port}`, 't.public']);
    programs.push(client);
    await start();
    await client.said('subscribed t.public');
  });

  it('tries again what may succeed later, and nothing else', async () => {
    port = await freePort();
    await start({ lease: 200 });
    const session = await fixture.login('ann');
    const client = run(PROGRAM, ['t.room.1', 't.admin', 't.auth'], { TOKEN: session });
    await client.said('refused t.admin FORBIDDEN');
    await client.said('subscribed t.room.1');
    await fixture.control('/guard', { delayMs: 60_000 });
    await client.said('evicted t.room.1 EXPIRED');
    await fixture.control('/guard', { delayMs: 0 });
    await client.said('subscribed t.room.1', 2);
    await fixture.control('/revoke', { userId: 'ann', channel: 't.auth' });
    await client.said('evicted t.auth REVOKED');
    await fixture.control('/ban', { userId: 'ann' });
    await client.said('bye REVOKED');
    expect(await client.ended).toBe(0);
    expect(client.lines.filter((line) => /t\.admin|subscribed t\.auth/.test(line)).sort()).toEqual([
      'refused t.admin FORBIDDEN',
      'subscribed t.auth',
    ]);
  });

  it('ends where it is not let in, and comes back where it may be', async () => {
    port = await freePort();
    await start();
    const stranger = run(PROGRAM, ['t.public'], { TOKEN: 'nobody' });
    expect(await stranger.ended).toBe(0);
    expect(stranger.lines).toEqual(['refused UNAUTHENTICATED']);
    await fixture.control('/auth', { mode: 'throw' });
    const early = run(PROGRAM, ['t.public'], { TOKEN: await fixture.login('ann') });
    await early.said('refused UNAVAILABLE');
    await fixture.control('/auth', { mode: 'ok' });
    await early.said('subscribed t.public');
  });
});

describe('a stock Python client', () => {
  it('comes back by itself where the server asks for it', async () => {
    port = await freePort();
    await start();
    const client = run(STOCK);
    await client.said('connect');
    expect(await fixture.stop()).toBe(0);
    await start();
    await client.said('connect', 2);
    expect(client.lines).toEqual(['connect', 'disconnect', 'connect']);
  });
});
