// Which library validates payloads in this project?

export type Validation = 'class-validator' | 'zod' | 'valibot' | 'none';

/** What a project without any of them gets. */
export const LIBRARIES: Readonly<Record<Exclude<Validation, 'none'>, Readonly<Record<string, string>>>> = {
  'class-validator': { 'class-validator': '^0.15.1', 'class-transformer': '^0.5.1' },
  zod: { zod: '^4.0.0' },
  valibot: { valibot: '^1.0.0' },
};

/** The first that is installed, in the order of LIBRARIES. */
export function installedValidation(dependencies: Readonly<Record<string, string>>): Validation {
  const names = Object.keys(LIBRARIES) as (keyof typeof LIBRARIES)[];
  return names.find((name) => name in dependencies) ?? 'none';
}
