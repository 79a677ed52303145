// Does the server hold when somebody attacks it? Runs the attack scripts one after another and prints a table.
import { parseArgs } from 'node:util';
import { ATTACKS } from './attacks.js';
import { audit } from './harness/audit.js';
import { HEAD, lines } from './harness/table.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});

if (values.list) {
  for (const { name, tries } of ATTACKS) console.log(`${name.padEnd(22)}  ${tries}`);
  process.exit(0);
}
const unknown = values.only.filter((name) => !ATTACKS.some((attack) => attack.name === name));
if (unknown.length > 0) {
  console.error(`There is no attack ${unknown.join(', ')}; --list names them.`);
  process.exit(1);
}

const chosen = ATTACKS.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
console.log(`audit: ${chosen.length} attacks, 256 MB heap, --seed ${values.seed}\n\n${HEAD}`);
const startedAt = performance.now();
let broken = 0;
for (const attack of chosen) {
  const outcome = await audit(attack, Number(values.seed));
  if (outcome.faults.length > 0) broken++;
  console.log(lines(outcome));
}
const seconds = Math.round((performance.now() - startedAt) / 1_000);
console.log(`\naudit: ${chosen.length - broken} held, ${broken} broken, ${seconds} s`);
process.exit(broken > 0 ? 1 : 0);
