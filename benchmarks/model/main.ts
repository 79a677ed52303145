// What does the model predict? Prints its tables, and writes them and its curves into `docs/scale.md` and `docs/scale`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CURVES } from './curves.js';
import { withTables } from './page.js';
import { applicationsTable, constantsTable, sizesTable, stormsTable } from './tables.js';

const PAGE = 'docs/scale.md';
const PICTURES = 'docs/scale';

console.log([sizesTable(), applicationsTable(), stormsTable(), constantsTable()].join('\n\n'));
writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
mkdirSync(PICTURES, { recursive: true });
for (const [name, draw] of Object.entries(CURVES)) writeFileSync(`${PICTURES}/${name}`, await draw());
console.log(`\nWritten to ${PAGE}, and as curves to ${PICTURES}.`);
