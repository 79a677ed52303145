// What remains of nestjs-realtime/testing where @nestjs-realtime/client is not installed?
import assert from 'node:assert/strict';
import { defineRealtimeChannel } from 'nestjs-realtime';
import { connectTestClient, RecordingRealtimeBroadcaster } from 'nestjs-realtime/testing';

const schema = { '~standard': { version: 1, vendor: 'smoke', validate: (value) => ({ value }) } };
const news = defineRealtimeChannel({ name: 'news', scope: 'public', payload: schema });

const realtime = new RecordingRealtimeBroadcaster();
await realtime.broadcast(news, 'hello');
realtime.assertBroadcast(news, 'message', 'hello');
await assert.rejects(connectTestClient({}), /needs @nestjs-realtime\/client: npm install --save-dev/);
