// How does a command reach the server of a Cluster that has its slot? At once where that is known, else where the answers point.
import { setTimeout } from 'node:timers/promises';
import type { ClusterMaster } from './cluster-master.js';
import { KeyLanes } from './key-lanes.js';
import { PUBLISH, publishedFrame } from './log-scripts.js';
import type { Message, RedisCommands } from './redis-engine.js';
import type { RedisLink } from './redis-link.js';
import type { RedisNames } from './redis-names.js';
import type { Script } from './script.js';
import { type Address, redirectionOf } from './slot-map.js';

/** Before a server is asked again whose slot is on its way, in milliseconds. */
const PAUSE = 10;
const NOT_YET = 'TRYAGAIN the server is not connected yet';

/** Where the masters are. */
export interface Masters {
  /** Undefined where no server has the slot. */
  ownerOf(slot: number): ClusterMaster | undefined;
  /** A server that is about to get a slot. */
  asked(address: Address): ClusterMaster;
  /** A server says that another one has the slot. */
  learn(slot: number, address: Address): void;
}

/** How one command is sent. `isAsked`: the server does not have the slot yet. */
type Send = (link: RedisLink, isAsked: boolean) => Promise<unknown>;

export class ClusterCommands implements RedisCommands {
  readonly publishCommand = 'SPUBLISH';
  /** By slot. */
  private readonly lanes = new Map<number, KeyLanes>();
  /** What was sent directly last, by slot. A connection answers in order. */
  private readonly last = new Map<number, Promise<unknown>>();

  constructor(
    private readonly masters: Masters,
    private readonly names: RedisNames,
    /** How long a command may look for its server, in milliseconds. */
    private readonly patience: number,
  ) {}

  isUp(name: string): boolean {
    return this.ownerOf(name)?.commands.isUp() === true;
  }

  serves(partition: number): boolean {
    return this.masters.ownerOf(this.names.slots[partition])?.commands.isUp() === true;
  }

  async call(command: string, ...args: (string | number)[]): Promise<unknown> {
    const send: Send = (link, isAsked) => (isAsked ? link.callAsked(command, ...args) : link.call(command, ...args));
    return (await this.follow(String(args[0]), send, performance.now() + this.patience)).reply;
  }

  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const slot = this.names.slotOf(keys[0]);
    if (this.isOnDetour(slot)) await this.overtaken(keys[0]);
    else {
      const attempt = this.attempt(this.demand(keys[0]), (link) => link.run(script, keys, args));
      this.last.set(slot, attempt);
      const done = await attempt;
      if (done !== null) return done.reply;
    }
    return this.detour(script, keys, args);
  }

  async publish(messages: readonly Message[]): Promise<readonly (Error | null)[]> {
    const errors = new Array<Error | null>(messages.length).fill(null);
    await Promise.all([...this.byOwner(messages)].map((each) => this.publishTo(...each, messages, errors)));
    return errors;
  }

  /** Null where the answer points elsewhere. */
  private async attempt(owner: ClusterMaster, send: Send): Promise<{ readonly reply: unknown } | null> {
    try {
      return { reply: await send(owner.commands, false) };
    } catch (error) {
      if (this.redirection(error, owner) === null) throw error;
      return null;
    }
  }

  /** Indexes of messages, by the server that has their topics; undefined for those on a detour. */
  private byOwner(messages: readonly Message[]): Map<ClusterMaster | undefined, number[]> {
    const groups = new Map<ClusterMaster | undefined, number[]>();
    messages.forEach(([topic], index) => {
      const owner = this.isOnDetour(this.names.slotOf(topic)) ? undefined : this.ownerOf(topic);
      const group = groups.get(owner);
      if (group === undefined) groups.set(owner, [index]);
      else group.push(index);
    });
    return groups;
  }

  private async publishTo(
    owner: ClusterMaster | undefined,
    indexes: readonly number[],
    messages: readonly Message[],
    errors: (Error | null)[],
  ): Promise<void> {
    const onDetour = async (index: number): Promise<void> =>
      void (errors[index] = await this.publishOnDetour(messages[index]));
    if (owner === undefined) {
      await Promise.all(indexes.map((index) => this.overtaken(messages[index][0]).then(() => onDetour(index))));
      return;
    }
    const sent = await this.publishDirectly(owner, indexes, messages);
    const redirected = indexes.filter((index, place) => {
      errors[index] = sent[place];
      return sent[place] !== null && this.redirection(sent[place], owner) !== null;
    });
    await Promise.all(redirected.map(onDetour));
  }

  private publishDirectly(owner: ClusterMaster, indexes: readonly number[], messages: readonly Message[]) {
    const attempt = owner.commands.publish(indexes.map((index) => messages[index]));
    for (const index of indexes) this.last.set(this.names.slotOf(messages[index][0]), attempt);
    return attempt;
  }

  /** Resolves when what was sent before has been answered, and is on its detour if it has to. */
  private async overtaken(name: string): Promise<void> {
    await this.last.get(this.names.slotOf(name))?.catch(() => undefined);
  }

  private async publishOnDetour([topic, text]: Message): Promise<Error | null> {
    const send: Send = async (link) => {
      const [error] = await link.publish([[topic, text]]);
      if (error !== null) throw error;
    };
    const deadline = performance.now() + this.patience;
    return this.lane(topic, () => this.follow(topic, send, deadline)).then(
      () => null,
      (error: Error) => error,
    );
  }

  /** What a script does in a list is divided: a slot that is on its way has some keys here, and some there. */
  private async detour(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const deadline = performance.now() + this.patience;
    if (script.list === null) return this.runPart(script, keys, args, deadline);
    const { keys: width, head, failed } = script.list;
    const count = keys.length / width;
    const each = (args.length - head) / count;
    const parts = Array.from({ length: count }, async (_, n) => {
      const ownArgs = [...args.slice(0, head), ...args.slice(head + n * each, head + (n + 1) * each)];
      const part = this.runPart(script, keys.slice(n * width, (n + 1) * width), ownArgs, deadline);
      const replies = await (failed === undefined ? part : part.catch((error: Error) => [failed(error)]));
      return (replies as unknown[])[0];
    });
    return Promise.all(parts);
  }

  private runPart(script: Script, keys: readonly string[], args: readonly (string | number)[], deadline: number) {
    const send: Send = (link, isAsked) => (isAsked ? link.runAsked(script, keys, args) : link.run(script, keys, args));
    return this.lane(keys[0], async () => {
      const { reply, isAsked } = await this.follow(keys[0], send, deadline);
      if (isAsked && script === PUBLISH) await this.repeatForListeners(args, (reply as string[])[0]);
      return reply;
    });
  }

  /** Until the slot has arrived, who listens does so at the server that it comes from. */
  private async repeatForListeners(args: readonly (string | number)[], reply: string): Promise<void> {
    const frame = publishedFrame(args, reply);
    if (frame !== null) await this.ownerOf(frame[0])?.commands.publish([frame]);
  }

  /** Sends it to where the answers point. No server has done it before one answers with something else. */
  private async follow(name: string, send: Send, deadline: number): Promise<{ reply: unknown; isAsked: boolean }> {
    let asked: ClusterMaster | null = null;
    let isPointed = false;
    for (;;) {
      const master: ClusterMaster = asked ?? this.demand(name);
      const isAsked = asked !== null;
      try {
        // One that an answer points to may be connected for the first time.
        if (isPointed && !master.commands.isUp()) throw new Error(NOT_YET);
        return { reply: await send(master.commands, isAsked), isAsked };
      } catch (error) {
        const redirection = this.redirection(error, master);
        if (redirection === null || performance.now() > deadline) throw error;
        if (redirection.kind === 'again') await setTimeout(PAUSE);
        else {
          isPointed = true;
          asked = redirection.kind === 'ask' ? this.masters.asked(redirection.address) : null;
        }
      }
    }
  }

  private isOnDetour(slot: number): boolean {
    return this.lanes.get(slot)?.isBusy === true;
  }

  private lane<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    const slot = this.names.slotOf(name);
    let lanes = this.lanes.get(slot);
    if (lanes === undefined) this.lanes.set(slot, (lanes = new KeyLanes()));
    return lanes.add(name, task);
  }

  private redirection(error: unknown, { address }: ClusterMaster) {
    const redirection = redirectionOf(error, address);
    if (redirection?.kind === 'moved') this.masters.learn(redirection.slot, redirection.address);
    return redirection;
  }

  private ownerOf(name: string): ClusterMaster | undefined {
    return this.masters.ownerOf(this.names.slotOf(name));
  }

  private demand(name: string): ClusterMaster {
    const owner = this.ownerOf(name);
    if (owner === undefined) throw new Error('no server of the Cluster is known that has the slot');
    return owner;
  }
}
