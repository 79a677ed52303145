// How is one attack run? Against a fixture of its own with a small heap, beside a bystander, and until all is at rest again.
import { FixtureProcess, type FixtureStats } from '../../fixture/fixture.process.js';
import { until } from '../../kit/until.js';
import { Chance } from '../../kit/chance.js';
import { type Attack, DEFAULT_GROWTH_MB, MOST_HEAP_LEFT_MB, MOST_SECONDS, MOST_STALL_MS } from './attack.js';
import { Bystander } from './bystander.js';
import type { Outcome } from './outcome.js';
import { notAtBase, sizesOf } from './sizes.js';
import { Target } from './target.js';
import { Watch } from './watch.js';
import { within } from './within.js';

const SMALL_HEAP = '--max-old-space-size=256';
/** Timers of the layer, such as that of a handshake, may hold something for so long. */
const REST_MS = 15_000;
const DEATH_MS = 3_000;
const MB = 1e6;

export async function audit(attack: Attack, seed: number): Promise<Outcome> {
  const fixture = await FixtureProcess.start({ REALTIME_OPTIONS: JSON.stringify(attack.options ?? {}) }, [SMALL_HEAP]);
  try {
    const fresh = await fixture.stats();
    await Bystander.visit(fixture);
    return await attackBeside(fixture, attack, seed, await atRest(fixture, fresh));
  } finally {
    await fixture.stop();
  }
}

async function attackBeside(
  fixture: FixtureProcess,
  attack: Attack,
  seed: number,
  base: FixtureStats,
): Promise<Outcome> {
  const bystander = await Bystander.enter(fixture, attack.outage ?? false);
  const watch = new Watch(fixture);
  const target = new Target(fixture, watch, new Chance(seed));
  await within(MOST_SECONDS * 1_000, attack.run(target)).catch((error) => {
    target.broken.push(`the attack could not be finished: ${String(error)}`);
  });
  const last = await settle(fixture, target, bystander, base).catch(async (error) => {
    target.broken.push((await hasDied(fixture)) ? lastWords(fixture) : `no rest after the attack: ${String(error)}`);
    return null;
  });
  await watch.stop();

  const left = last === null ? {} : notAtBase(sizesOf(base), sizesOf(last));
  const measured = {
    name: attack.name,
    survived: last !== null && bystander.complaints.length === 0,
    stallMs: watch.worstStallMs,
    workedMs: watch.workedMs,
    bytesBefore: base.rss,
    bytesPeak: watch.mostBytes,
    heapBefore: base.heapUsed,
    heapAfter: last && last.heapUsed,
    left,
    last,
    roundTrips: bystander.roundTrips,
    worstRoundTripMs: bystander.worstMs,
    notes: target.notes,
  };
  const complaints = bystander.complaints.map((complaint) => `the bystander was harmed: ${complaint}`);
  return { ...measured, faults: [...complaints, ...target.broken, ...faultsOf(measured, attack, fixture)] };
}

/** All hostile clients go, then the bystander; resolves with `/stats` once every size is at its base, or does not get there. */
async function settle(
  fixture: FixtureProcess,
  target: Target,
  bystander: Bystander,
  base: FixtureStats,
): Promise<FixtureStats> {
  await target.closeAll();
  await within(REST_MS, fixture.control('/guard', { delayMs: 0 }));
  await within(REST_MS, fixture.control('/auth', { mode: 'ok' }));
  await bystander.leave();
  return within(2 * REST_MS, atRest(fixture, base, target.watch));
}

async function atRest(fixture: FixtureProcess, base: FixtureStats, watch?: Watch): Promise<FixtureStats> {
  const ask = (gc: boolean): Promise<FixtureStats> => (watch ?? fixture).stats({ gc });
  const isAtBase = (stats: FixtureStats): boolean => Object.keys(notAtBase(sizesOf(base), sizesOf(stats))).length === 0;
  await until(() => ask(false), isAtBase, REST_MS).catch(() => undefined);
  // a second collection takes what finalizers of the first have let go
  await ask(true);
  return ask(true);
}

function faultsOf(
  { stallMs, bytesBefore, bytesPeak, heapBefore, heapAfter, left, last }: Omit<Outcome, 'faults'>,
  { growthMb = DEFAULT_GROWTH_MB }: Attack,
  fixture: FixtureProcess,
): string[] {
  const faults: string[] = [];
  const growth = (bytesPeak - bytesBefore) / MB;
  if (stallMs > MOST_STALL_MS) faults.push(`the event loop stood still for ${Math.round(stallMs)} ms`);
  if (growth > growthMb) faults.push(`the process grew by ${Math.round(growth)} MB; at most ${growthMb} are expected`);
  if (last === null || heapAfter === null) return faults;
  const sizes = Object.entries(left).map(([name, size]) => `${name} ${size}`);
  if (sizes.length > 0) faults.push(`not given back: ${sizes.join(', ')}`);
  const heapLeft = (heapAfter - heapBefore) / MB;
  if (heapLeft > MOST_HEAP_LEFT_MB) faults.push(`${heapLeft.toFixed(1)} MB of heap were not given back`);
  if (last.unhandled > 0) faults.push(`${last.unhandled} unhandled: ${firstUnhandled(fixture)}`);
  if (last.polluted) faults.push('Object.prototype was polluted');
  return faults;
}

/** A process that dies has closed its sockets a little earlier. */
async function hasDied(fixture: FixtureProcess): Promise<boolean> {
  return until(
    () => fixture.alive,
    (alive) => !alive,
    DEATH_MS,
  ).then(
    () => true,
    () => false,
  );
}

function firstUnhandled({ logged }: FixtureProcess): string {
  return /^(Unhandled rejection|Uncaught exception).*$/m.exec(logged)?.[0] ?? '';
}

function lastWords({ logged }: FixtureProcess): string {
  return `the process has died: ${/FATAL ERROR.*/.exec(logged)?.[0] ?? logged.split('\n').slice(-3).join(' | ')}`;
}
