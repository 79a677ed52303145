// What on the page comes from the model? The text between `<!-- model: name -->` and `<!-- /model -->`.
import { applicationsTable, constantsTable, sizesTable, stormsTable } from './tables.js';

const TABLES: Readonly<Record<string, () => string>> = {
  constants: constantsTable,
  sizes: sizesTable,
  applications: applicationsTable,
  storms: stormsTable,
};

/** @throws Error where the page lacks a table, or asks for one that the model does not have. */
export function withTables(page: string): string {
  const asked: string[] = [];
  const filled = page.replace(
    /(<!-- model: (\w+) -->\n).*?(<!-- \/model -->)/gs,
    (_, open: string, name: string, close: string) => {
      asked.push(name);
      if (!Object.hasOwn(TABLES, name)) throw new Error(`The model has no table "${name}".`);
      return `${open}\n${TABLES[name]()}\n\n${close}`;
    },
  );
  const missing = Object.keys(TABLES).filter((name) => !asked.includes(name));
  if (missing.length > 0) throw new Error(`The page lacks the tables: ${missing.join(', ')}.`);
  return filled;
}
