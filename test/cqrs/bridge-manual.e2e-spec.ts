import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QuickStartApp } from '../readme/quick-start-app.js';
import { filesOf, WORKSPACE } from '../readme/quick-start.js';

describe('the examples of docs/bridge.md', () => {
  const manual = readFileSync(join(WORKSPACE, 'docs/bridge.md'), 'utf8');
  const files = filesOf(manual);
  let app: QuickStartApp;

  beforeAll(() => {
    app = new QuickStartApp(files);
  });
  afterAll(() => app.remove());

  it('the examples are complete files', () => {
    expect(files.size).toBe(manual.match(/^```ts$/gm)?.length);
    expect(files.size).toBeGreaterThan(5);
  });

  it('the examples compile, boot and pass as a test', async () => {
    expect(app.compile()).toEqual([]);
    await app.run('src/main.ts', /Nest application successfully started/, { PORT: '0' });
    const tested = app.output('src/orders/order.bridge.spec.ts');
    expect(execFileSync(process.execPath, ['--test', tested], { encoding: 'utf8' })).toMatch(/pass 1\n/);
  }, 60_000);
});
