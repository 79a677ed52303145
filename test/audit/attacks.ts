// Which attacks are there? All of them, in the order in which they run.
import { authenticateAuth, connectAuth } from './attacks/auth-shape.attack.js';
import { binary } from './attacks/binary.attack.js';
import { closeInGate1, lockout } from './attacks/close-in-gate-1.attack.js';
import { controlFrames } from './attacks/control-frames.attack.js';
import { deadAuthority } from './attacks/dead-authority.attack.js';
import { hostileFrames } from './attacks/hostile-frames.attack.js';
import { largeFrames } from './attacks/large-frames.attack.js';
import { lateHandlers } from './attacks/late-handlers.attack.js';
import { leaseWheel } from './attacks/lease-wheel.attack.js';
import { origins } from './attacks/origins.attack.js';
import { outage } from './attacks/outage.attack.js';
import { polling } from './attacks/polling.attack.js';
import { randomCloses } from './attacks/random-closes.attack.js';
import { slowBatches } from './attacks/slow-batches.attack.js';
import { tabs } from './attacks/tabs.attack.js';
import type { Attack } from './harness/attack.js';

export const ATTACKS: readonly Attack[] = [
  closeInGate1,
  lockout,
  randomCloses,
  lateHandlers,
  deadAuthority,
  ...controlFrames,
  outage,
  ...leaseWheel,
  slowBatches,
  connectAuth,
  authenticateAuth,
  binary,
  largeFrames,
  origins,
  polling,
  tabs,
  hostileFrames,
];
