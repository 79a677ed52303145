// How does this process talk to Redis? Over connections of ioredis that queue nothing, repeat nothing, and end when they fall silent.
import { Redis, type RedisOptions } from 'ioredis';
import type { Message, RedisCommands } from './redis-engine.js';
import type { Script } from './script.js';
import type { RedisTls, ServerTarget } from './redis.options.js';

/** What a link tells. No method throws. */
export interface LinkEvents {
  up(): void;
  /** Not called again before the next `up`. */
  down(): void;
  /** Why the link is not up, or will soon not be. */
  trouble(reason: string): void;
  message(topic: string, text: string): void;
  /** Redis has ended subscriptions by itself, because other servers of the Cluster have their topics now. */
  moved?(): void;
}

/** How the link judges whether Redis is there, in milliseconds. */
export interface LinkTimes {
  readonly connectTimeout: number;
  readonly commandTimeout: number;
  readonly silenceTimeout: number;
}

/** Names of the commands for topics, which belong to one server in a Cluster. */
const EVERYWHERE = { publish: 'publish', subscribe: 'subscribe', unsubscribe: 'unsubscribe' } as const;
const SHARDED = { publish: 'spublish', subscribe: 'ssubscribe', unsubscribe: 'sunsubscribe' } as const;

/** One connection, which connects again by itself after each end. */
export class RedisLink implements RedisCommands {
  private readonly client: Redis;
  private readonly pings: NodeJS.Timeout;
  private readonly words: typeof EVERYWHERE | typeof SHARDED;
  private isOpen = false;

  constructor(target: ServerTarget, times: LinkTimes, name: string, events: LinkEvents) {
    this.client = connected(target, times, name);
    this.words = target.kind === 'server' ? SHARDED : EVERYWHERE;
    this.client.on('error', (error: Error) => events.trouble(error.message));
    this.client.on('ready', () => {
      this.isOpen = true;
      events.up();
    });
    this.client.on('close', () => {
      if (!this.isOpen) return;
      this.isOpen = false;
      events.down();
    });
    this.client.on('message', (topic: string, text: string) => events.message(topic, text));
    this.client.on('smessage', (topic: string, text: string) => events.message(topic, text));
    this.client.on('moved', () => events.moved?.());
    // A socket that answers nothing is destroyed by socketTimeout, which begins with a command.
    this.pings = setInterval(() => this.ping(), times.silenceTimeout * PING_SHARE).unref();
  }

  get publishCommand(): RedisCommands['publishCommand'] {
    return this.words === SHARDED ? 'SPUBLISH' : 'PUBLISH';
  }

  isUp(_name?: string): boolean {
    return this.isOpen;
  }

  serves(_partition: number): boolean {
    return this.isOpen;
  }

  /** Runs a script by its digest, and by its text where Redis does not know it. All keys have one hash tag. */
  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.client.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return this.client.eval(script.lua, keys.length, ...keys, ...args);
    }
  }

  /** The same for a command of a slot that is on its way to this server. */
  async callAsked(command: string, ...args: (string | number)[]): Promise<unknown> {
    const replies = await this.client.pipeline([['asking'], [command.toLowerCase(), ...args]]).exec();
    const [error, reply] = replies?.[1] ?? [new Error('Redis has not answered')];
    if (error !== null) throw error;
    return reply;
  }

  async runAsked(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.callAsked('evalsha', script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return this.callAsked('eval', script.lua, keys.length, ...keys, ...args);
    }
  }

  call(command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.client.call(command, ...args);
  }

  /** In one write. */
  async publish(messages: readonly Message[]): Promise<readonly (Error | null)[]> {
    const command = this.words.publish;
    try {
      const replies = await this.client.pipeline(messages.map(([topic, text]) => [command, topic, text])).exec();
      return messages.map((_, index) => replies?.[index]?.[0] ?? null);
    } catch (error) {
      return messages.map(() => error as Error);
    }
  }

  /** Resolves when Redis has confirmed all of them. */
  async subscribe(topics: readonly string[]): Promise<void> {
    await this.client[this.words.subscribe](...topics);
  }

  async unsubscribe(topics: readonly string[]): Promise<void> {
    await this.client[this.words.unsubscribe](...topics);
  }

  /** Ends the connection, so that a new one begins without what was left of it. */
  reset(): void {
    this.hangUp(true);
  }

  close(): void {
    clearInterval(this.pings);
    this.hangUp(false);
  }

  /** ioredis hears the first error of a socket only. A TLS handshake that is cut short may have another, which would end the process. */
  private hangUp(comesBack: boolean): void {
    this.client.stream?.on('error', () => undefined);
    this.client.disconnect(comesBack);
  }

  private ping(): void {
    if (this.isOpen) this.client.ping().catch(() => undefined);
  }
}

/** Shares of the time after which silence is noticed: between two pings, and until an answer to one. */
const PING_SHARE = 0.4;
const ANSWER_SHARE = 0.6;
const LONGEST_PAUSE = 400;

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

function connected(target: ServerTarget, times: LinkTimes, name: string): Redis {
  return new Redis({
    ...optionsOf(target),
    // Redis allows no spaces in it.
    connectionName: name.replaceAll(' ', ':'),
    connectTimeout: times.connectTimeout,
    commandTimeout: times.commandTimeout,
    sentinelCommandTimeout: times.commandTimeout,
    socketTimeout: times.silenceTimeout * ANSWER_SHARE,
    disconnectTimeout: times.connectTimeout,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(LONGEST_PAUSE, 50 * attempt) * (0.75 + Math.random() / 4),
  });
}

function optionsOf(target: ServerTarget): RedisOptions {
  if (target.kind === 'sentinels') return sentinelOptions(target);
  const url = new URL(target.url);
  return {
    host: hostOf(url),
    port: Number(url.port || '6379'),
    ...credentialsOf(url),
    ...(url.pathname.length > 1 && { db: Number(url.pathname.slice(1)) }),
    ...(url.protocol === 'rediss:' && { tls: tlsOf(target.tls ?? {}) }),
  };
}

/** User and password are those of the servers that the Sentinels name. */
function sentinelOptions({ nodes, name, tls }: Extract<ServerTarget, { kind: 'sentinels' }>): RedisOptions {
  const security = nodes[0].protocol === 'rediss:' ? tlsOf(tls ?? {}) : undefined;
  return {
    sentinels: nodes.map((url) => ({ host: hostOf(url), port: Number(url.port || '26379') })),
    name,
    ...credentialsOf(nodes[0]),
    ...(security !== undefined && { tls: security, sentinelTLS: security, enableTLSForSentinelMode: true }),
  };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function credentialsOf({ username, password }: URL): RedisOptions {
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
}

function tlsOf({ ca, ...others }: RedisTls): RedisOptions['tls'] {
  return { ...others, ...(ca !== undefined && { ca: typeof ca === 'string' ? ca : [...ca] }) };
}
