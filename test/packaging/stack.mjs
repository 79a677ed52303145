// Does a stack lead to our sources? Each mistake throws in one package; the first line of its stack is a line of a file that is installed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRealtimeClient } from '@nestjs-realtime/client';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { RealtimeModule } from 'nestjs-realtime';

const MISTAKES = {
  '@nestjs-realtime/contract': () => defineRealtimeChannel({ name: 'orders..x', scope: 'public' }),
  '@nestjs-realtime/client': () => createRealtimeClient({ unknown: true }),
  'nestjs-realtime': () => RealtimeModule.forRoot({ requestTimeout: 'never' }),
};

for (const [name, mistake] of Object.entries(MISTAKES)) {
  assert.throws(mistake, ({ stack }) => {
    const [, file, line] = /\(?(?:file:\/\/)?(\/[^\s()]+\.ts):(\d+):\d+\)?$/m.exec(stack) ?? [];
    assert.ok(file?.includes('/node_modules/'), `${name}: no line of a source in\n${stack}`);
    assert.match(readFileSync(file, 'utf8').split('\n')[line - 1], /throw |new [A-Z]/, `${name}: ${file}:${line}`);
    assert.ok(stack.includes(`/node_modules/${name}/src/`), `${name} is not in\n${stack}`);
    return true;
  });
}
