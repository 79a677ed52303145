// What does a page run that uses the client? The client, bundled as an application would bundle it, and what the test adds.
import { build } from 'esbuild';

export async function bundledPage(script: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    tsconfig: 'tsconfig.json',
    write: false,
  });
  return `<body><script type="module">${outputFiles[0].text}</script></body>`;
}

/** `made` is the client that `make` made, `told` are its states, with the codes of their reasons. */
export const CLIENT_PAGE = `
  import { createRealtimeClient } from '@nestjs-realtime/client';
  globalThis.told = [];
  globalThis.make = (options) => {
    globalThis.made = createRealtimeClient({ ...options, logger: { debug() {}, error() {}, warn: (text, status) => status ?? told.push(text) } });
    const tell = ({ state, reason }) => told.push([state, reason?.code].filter(Boolean).join(' '));
    tell(made.status);
    made.onStatus(tell);
  };
  globalThis.settled = (state) => new Promise((resolve) => {
    const look = () => made.status.state === state && resolve({ ...made.status.reason, message: made.status.reason?.message });
    made.onStatus(look);
    look();
  });
`;
