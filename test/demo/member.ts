// How does a user reach the demo without its page? With a session, by HTTP and by a bare realtime connection.
import { Client } from '../kit/client.js';

export class Member {
  private constructor(
    private readonly url: string,
    /** Undefined for a guest. */
    private readonly secret?: string,
  ) {}

  static guest(url: string): Member {
    return new Member(url);
  }

  static async logIn(url: string, userId: string, password: string): Promise<Member> {
    const response = await fetch(`${url}/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ userId, password }),
    });
    const secret = /^session=([\w-]+);/.exec(response.headers.get('set-cookie') ?? '')?.[1];
    if (!secret) throw new Error(`${userId} could not log in: ${response.status}.`);
    return new Member(url, secret);
  }

  get cookie(): string {
    return this.secret === undefined ? '' : `session=${this.secret}`;
  }

  ask(method: string, path: string, body?: object): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: {
        ...(this.secret && { Cookie: this.cookie }),
        ...(body && { 'Content-Type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
  }

  /** `PUT` gives a role, `DELETE` takes it; resolves with the status. */
  async change(method: 'PUT' | 'DELETE', userId: string, role: string): Promise<number> {
    const [user, name] = [userId, role].map(encodeURIComponent);
    return (await this.ask(method, `/administration/users/${user}/roles/${name}`)).status;
  }

  connect(): Promise<Client> {
    return Client.connect(this.url, { as: this.secret });
  }
}
