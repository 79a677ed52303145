// What is a node with members, without clients? The parts that a node has, on a Redis, in a process of its own whose CPU time is read. It is
// plain JavaScript on the built package, because these parts are behind no door.
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { MemberFollower } from '../../libs/realtime/dist/presence/member-follower.js';
import { MergedMembers } from '../../libs/realtime/dist/presence/merged-members.js';
import { OwnMembers } from '../../libs/realtime/dist/presence/own-members.js';
import { answerCalls } from '../dist/harness/process-calls.js';

const [, , port, beatInterval, nodeLease] = process.argv;
const TERMS = { graceMs: 0, gatherMs: 100 };

class PresentNode {
  broker = new RedisRealtimeBroker({ url: `redis://127.0.0.1:${port}`, beatInterval, nodeLease });
  store = this.broker.presenceStore();
  followed = new Map();
  awaited = null;
  commands = 0;
  own = new OwnMembers(
    this.store,
    {
      size: (channel) => this.followed.get(channel)?.members.size ?? 0,
      changed: (channel, change) => this.followed.get(channel)?.members.setOwn(change),
      gathered: (channel) => void this.followed.get(channel)?.members.flush(),
      edges: () => undefined,
      online: () => undefined,
    },
    TERMS,
  );

  async start() {
    this.store.listen({
      receive: (diff) => this.receive(diff),
      swept: () => undefined,
      offline: () => undefined,
      forgotten: () => undefined,
    });
    await this.broker.start({
      receive: () => undefined,
      deliver: () => undefined,
      act: async () => undefined,
      renewAll: async () => undefined,
      gone: () => undefined,
      rejoined: () => undefined,
    });
  }

  receive(diff) {
    const followed = this.followed.get(diff.channel);
    if (followed === undefined) return;
    followed.follower.receive(diff);
    followed.members.flush();
    if (this.awaited !== null && followed.members.size === this.awaited.size) this.awaited.resolve();
  }

  async follow(channel) {
    const members = new MergedMembers(() => this.store.nodeId);
    const follower = new MemberFollower({
      members,
      read: () => this.store.read(channel),
      foundOwn: () => undefined,
      ownId: () => this.store.nodeId,
    });
    this.followed.set(channel, { members, follower });
    await this.broker.watch(channel);
    await follower.live();
    members.flush();
    return members.size;
  }

  async folded(channel, size) {
    const { members } = this.followed.get(channel);
    if (members.size === size) return;
    await new Promise((resolve) => (this.awaited = { size, resolve }));
    this.awaited = null;
  }
}

const node = new PresentNode();
await node.start();
const more = [];
let marked = process.cpuUsage();

async function eachOf({ channel, first, count }, act) {
  for (let user = first; user < first + count; user++) {
    const users = node.own.open(channel, TERMS);
    act(users, `user-${user}`);
  }
  await node.own.in(channel)?.flush();
}

answerCalls({
  mark: () => void (marked = process.cpuUsage()),
  cpu() {
    const { user, system } = process.cpuUsage(marked);
    return user + system;
  },
  /** All in one call, or in pieces if there are many. */
  join: (order) => eachOf(order, (users, userId) => users.enter(userId)),
  leave: (order) => eachOf(order, (users, userId) => users.remove(userId)),
  /** One call each, one after the other. */
  async joinAlone({ channel, first, count }) {
    for (let user = first; user < first + count; user++)
      await eachOf({ channel, first: user, count: 1 }, (users, userId) => users.enter(userId));
  },
  async leaveAlone({ channel, first, count }) {
    for (let user = first; user < first + count; user++)
      await eachOf({ channel, first: user, count: 1 }, (users, userId) => users.remove(userId));
  },
  follow: (channel) => node.follow(channel),
  folded: ({ channel, size }) => node.folded(channel, size),
  async read({ channel, times }) {
    for (let i = 0; i < times; i++) await node.store.read(channel);
  },
  async count({ channel, times }) {
    for (let i = 0; i < times; i++) await node.store.count(channel);
  },
  async setOnline(count) {
    const changes = Array.from({ length: count }, (_, user) => ({ userId: `user-${user}`, connections: 1 }));
    await node.store.setOnline(changes);
  },
  async isOnline(times) {
    for (let user = 0; user < times; user++) await node.store.isOnline(`user-${user}`);
  },
  /** What a reply to a client is made of: nothing is asked. */
  members({ channel, times }) {
    let size = 0;
    for (let i = 0; i < times; i++) size += node.followed.get(channel).members.members.length;
    return size / times;
  },
  async watchAll(count) {
    await Promise.all(Array.from({ length: count }, (_, channel) => node.broker.watch(`interest.${channel}`)));
  },
  /** So many nodes more, in this process. */
  async more(count) {
    for (let i = 0; i < count; i++) {
      const one = new PresentNode();
      await one.start();
      more.push(one);
    }
  },
  async revoke(times) {
    const party = { userId: 'not-here' };
    for (let i = 0; i < times; i++) {
      const { missing } = await node.broker.command({ kind: 'disconnect', party });
      if (missing.length > 0) throw new Error('A node has not acted.');
    }
  },
});
