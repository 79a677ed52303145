import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { copyAt, copyFault, copyOf, sharedByCopies, THIS_COPY } from './package-copy.js';

describe('a copy of the package', () => {
  it('knows its version and its folder', () => {
    expect(THIS_COPY).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      folder: join(process.cwd(), 'libs/realtime'),
    });
  });

  it.each([
    ['no URL', undefined],
    ['a URL that is no file', 'https://app.example/bundle.js'],
    ['a folder without a package.json', pathToFileURL('/nowhere/dist/bundle.js').href],
  ])('in a bundle has no version: %s', (_case, url) => {
    expect(copyAt(url)).toEqual({ version: null, folder: 'a bundle' });
  });

  it('in a bundle does not take the version of the application for its own', () => {
    const url = pathToFileURL('dist/bundle.js').href;
    expect(copyAt(url)).toEqual({ version: null, folder: process.cwd() });
    expect(copyFault(copyAt(url))).toBeNull();
  });

  it('has no fault where the versions are the same, and names both where they differ', () => {
    expect(copyFault(undefined)).toBeNull();
    expect(copyFault({ version: THIS_COPY.version, folder: '/elsewhere' })).toBeNull();
    expect(copyFault({ version: '99.0.0', folder: '/elsewhere' })).toBe(
      `nestjs-realtime 99.0.0 in /elsewhere, and this application runs ${THIS_COPY.version} in ${THIS_COPY.folder}; install one version for both`,
    );
  });

  it('knows instances of its shared classes in other copies, and compares subclasses as always', () => {
    class One {}
    class Other {}
    class Sub extends One {}
    sharedByCopies(One, 'spec');
    sharedByCopies(Other, 'spec');
    expect([new Other() instanceof One, new Sub() instanceof Other]).toEqual([true, true]);
    expect([new One() instanceof Sub, new Other() instanceof Sub, new Sub() instanceof Sub]).toEqual([
      false,
      false,
      true,
    ]);
    const values: unknown[] = [null, undefined, 'one', 1, {}, Object.create(null)];
    expect(values.filter((value) => value instanceof One)).toEqual([]);
    expect(copyOf('spec', new Other())).toBe(THIS_COPY);
    expect(copyOf('spec', {})).toBeUndefined();
  });
});
