import { describe, expect, it } from '@jest/globals';
import type { Machine } from '../kit/find-program.js';
import { findChromium } from './find-chromium.js';

describe('the search for Chromium', () => {
  /** A machine with these files; apt-get adds the last one. */
  function machine(files: string[], more: Partial<Machine> & { installs?: string } = {}): Machine & { ran: string[] } {
    const present = new Set(files);
    const ran: string[] = [];
    return {
      ran,
      environment: {},
      isRoot: false,
      exists: (path) => present.has(path),
      run: (command, ...args) => {
        ran.push([command, ...args].join(' '));
        if (args.includes('install') && more.installs) present.add(more.installs);
      },
      ...more,
    };
  }

  it('takes CHROMIUM_PATH before a usual place', () => {
    const environment = { CHROMIUM_PATH: '/opt/mine' };
    expect(findChromium(machine(['/opt/mine', '/usr/bin/chromium'], { environment }))).toBe('/opt/mine');
  });

  it('refuses a CHROMIUM_PATH that leads nowhere, instead of testing with another browser', () => {
    const environment = { CHROMIUM_PATH: '/opt/gone' };
    expect(() => findChromium(machine(['/usr/bin/chromium'], { environment }))).toThrow('/opt/gone');
  });

  it('takes a usual place without running anything', () => {
    const here = machine(['/usr/bin/google-chrome', '/etc/debian_version'], { isRoot: true });
    expect(findChromium(here)).toBe('/usr/bin/google-chrome');
    expect(here.ran).toEqual([]);
  });

  it('installs Chromium on Debian as root', () => {
    const here = machine(['/etc/debian_version'], { isRoot: true, installs: '/usr/bin/chromium' });
    expect(findChromium(here)).toBe('/usr/bin/chromium');
    expect(here.ran.at(-1)).toMatch(/^apt-get install .*chromium$/);
  });

  it('reports in one line what to install where it may not install', () => {
    for (const here of [machine(['/etc/debian_version']), machine([], { isRoot: true })]) {
      expect(() => findChromium(here)).toThrow(/^The browser tests need Chromium: install it .*CHROMIUM_PATH.*$/);
      expect(here.ran).toEqual([]);
    }
  });

  it('reports the same line where the installation fails', () => {
    const run = () => {
      throw new Error('no network');
    };
    expect(() => findChromium(machine(['/etc/debian_version'], { isRoot: true, run }))).toThrow('install it');
  });
});
