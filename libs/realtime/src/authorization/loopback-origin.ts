// Is this a page of the machine itself? A development server has a port of its own, so its pages have another origin than the application.
import { isIPv4 } from 'node:net';
import { isOrigin } from './origin-format.js';

/**
 * Whether the name always means the machine itself, in the form of a URL: `localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`. No attacker
 * can rebind it, because browsers resolve it themselves.
 */
export function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return true;
  return name.startsWith('127.') && isIPv4(name);
}

/** Whether it is the Origin of a page of a loopback name, over HTTP or HTTPS, on any port. Security note: reads client data. */
export function isLoopbackOrigin(origin: string): boolean {
  return /^https?:\/\//.test(origin) && isOrigin(origin) && isLoopbackName(new URL(origin).hostname);
}
