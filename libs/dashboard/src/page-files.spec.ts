import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger, ServiceUnavailableException } from '@nestjs/common';
import { dashboardPageController } from './dashboard-page.controller.js';
import { fillPlaceholders, readPageFiles } from './page-files.js';

describe('the files of the page', () => {
  let directory: string;

  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'page-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are only those with a known type', () => {
    for (const name of ['index.html', 'page.js', 'page.css', 'icon.svg', 'page.js.map', '.env']) {
      writeFileSync(join(directory, name), name);
    }
    const files = readPageFiles(directory)!;
    expect(files.index).toBe('index.html');
    expect([...files.assets.keys()].sort()).toEqual(['icon.svg', 'page.css', 'page.js']);
  });

  it('are missing if the page is not built, and the error says how to build it', () => {
    expect(readPageFiles(join(directory, 'nowhere'))).toBeNull();
    const Controller = dashboardPageController('/d', directory) as new (...args: unknown[]) => {
      page(request: object, response: object): void;
    };
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const ask = (): void => new Controller().page({ url: '/d' }, {});
    expect(ask).toThrow(ServiceUnavailableException);
    expect(ask).toThrow('npm run build');
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('npm run build'));
    warn.mockRestore();
  });

  it('get text in their placeholders, never markup', () => {
    expect(fillPlaceholders('<a href="__BASE__/x">__REALTIME_PATH__ $&</a>', '/a"$&', "<'&>")).toBe(
      '<a href="/a&#34;$&#38;/x">&#60;&#39;&#38;&#62; $&</a>',
    );
  });
});
