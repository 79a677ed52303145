// How does a test put any number of packets into one POST? By a handwritten client of the polling transport.
import type { FixtureProcess } from '../fixture/fixture.process.js';

/** Engine.IO separates the packets of a payload by it. */
const SEPARATOR = '\x1e';

export class PollingClient {
  private constructor(
    private readonly url: string,
    readonly sid: string,
  ) {}

  /** Opens the transport and completes CONNECT. */
  static async connect(fixture: FixtureProcess): Promise<PollingClient> {
    const url = `${fixture.url}${fixture.path}/?EIO=4&transport=polling`;
    const handshake = await (await fetch(url)).text();
    const { sid } = JSON.parse(handshake.slice(1)) as { sid: string };
    const client = new PollingClient(`${url}&sid=${sid}`, sid);
    await client.post(['40']);
    const answer = await client.poll();
    if (!answer.startsWith('40')) throw new Error(`CONNECT was answered by ${answer}`);
    return client;
  }

  /** Fetches what waits on the server. */
  async poll(): Promise<string> {
    return (await fetch(this.url)).text();
  }

  /** Sends all packets in one request; resolves with its status. */
  async post(packets: readonly string[]): Promise<number> {
    const response = await fetch(this.url, { method: 'POST', body: packets.join(SEPARATOR) });
    await response.text();
    return response.status;
  }
}
