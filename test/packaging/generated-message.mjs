// Does a generated application take a message and tell its subscribers? Runs in its folder; the argument is its built entry file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createRealtimeClient } from '@nestjs-realtime/client';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const port = await freePort();
// Applications of `nest new` read PORT, those of `nest g app` read port.
const env = { ...process.env, PORT: String(port), port: String(port), NO_COLOR: '1' };
const app = spawn(process.execPath, [process.argv[2]], { env });
let said = '';
const started = new Promise((resolve, reject) => {
  const listen = (chunk) => {
    said += chunk;
    if (said.includes('successfully started')) resolve();
  };
  app.stdout.on('data', listen);
  app.stderr.on('data', listen);
  app.once('exit', () => reject(new Error(`the application has ended\n${said}`)));
});

try {
  await started;
  const client = createRealtimeClient({ url: `http://127.0.0.1:${port}` });
  const order = client.channel('orders.{orderId}', { orderId: '42' });
  const heard = new Promise((resolve) => order.on('noted', resolve));
  await order.send('addNote', { text: 'Ring twice.' });
  const { text } = await heard;
  client.disconnect();
  if (text !== 'Ring twice.') throw new Error(`heard ${text}`);
  if (/\b(WARN|ERROR)\b|Warning:/.test(said)) throw new Error(`it has warned:\n${said}`);
} finally {
  app.removeAllListeners('exit');
  app.kill();
}
