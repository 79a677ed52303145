// How does the demo look on three nodes? A Redis and a database of its own, three nodes, a worker, and a balancer in front. One line says when.
import { fileURLToPath } from 'node:url';
import { PostgresServer } from '../kit/postgres-server.js';
import { RedisServer } from '../kit/redis-server.js';
import { Balancer } from './balancer.js';
import { Child } from './child.js';

const program = (name: string): string => fileURLToPath(new URL(`../../src/${name}.js`, import.meta.url));
const OPEN = /The demo is open at (http:\/\/\S+)/;
const WAITS = /The worker waits for jobs/;

async function start(): Promise<void> {
  const stops: (() => unknown)[] = [];
  const stop = async (code: number): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
    process.exit(code);
  };
  process.once('SIGINT', () => void stop(0));
  process.once('SIGTERM', () => void stop(0));
  try {
    await run(stops);
  } catch (error) {
    console.error(error);
    await stop(1);
  }
}

async function run(stops: (() => unknown)[]): Promise<void> {
  const [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
  stops.push(
    () => redis.stop(),
    () => postgres.stop(),
  );
  const shared = { REDIS_URL: redis.url, DATABASE_URL: postgres.url, DATABASE_DIRECTORY: '', HOST: '', HOSTS: '' };
  const balancer = new Balancer();
  const urls = new Map<string, string>();
  const nodes = ['a', 'b', 'c'].map((name) => {
    const open = (url: string): void => {
      urls.set(name, url);
      balancer.set(name, Number(new URL(url).port));
    };
    const environment = { ...shared, NODE_ID: name, PORT: '0' };
    return new Child(name, program('main'), environment, OPEN, open, () => balancer.set(name, null));
  });
  const nothing = (): void => undefined;
  const worker = new Child('worker', program('worker'), { ...shared, NODE_ID: 'worker' }, WAITS, nothing, nothing);
  stops.push(() => Promise.all([...nodes, worker].map((child) => child.stop())));
  await Promise.all([...nodes, worker].map((child) => child.start()));
  const port = await balancer.listen(Number(process.env.PORT ?? 3_000));
  stops.push(() => balancer.close());
  const ready = {
    url: `http://localhost:${port}`,
    nodes: nodes.map(({ name, pid }) => ({ name, pid, url: urls.get(name) })),
    worker: { pid: worker.pid },
  };
  process.stdout.write(`READY ${JSON.stringify(ready)}\n`);
}

void start();
