// Does `npm run test:nodes` run the specs on the Node that it names, and fail where they fail?
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { check, demandNone } from './checks.mjs';

const workspace = join(import.meta.dirname, '../..');

export function checkTestNodes() {
  check('test:nodes: runs specs on the Node that it names', () =>
    demandNone(faultsOf(0, /^Node v24\.\S+: ok$/m, 'test/packaging/node-version')),
  );
  check('test:nodes: fails where no spec passes', () =>
    demandNone(faultsOf(1, /^Node v24\.\S+: FAILED$/m, 'no-such-spec')),
  );
}

function faultsOf(wanted, line, spec) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'test:nodes', '--', '24', spec, '--built'], {
    cwd: workspace,
    encoding: 'utf8',
  });
  return status === wanted && line.test(stdout) ? [] : [`ended with ${status}\n${stdout}\n${stderr}`];
}
