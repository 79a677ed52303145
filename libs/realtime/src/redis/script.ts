// What is a script that Redis runs? A text of Lua, and the digest by which Redis knows it once it has run it.
import { createHash } from 'node:crypto';

export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha: string;
  /** Of a script that does one thing after another, and returns a list of what came of each. */
  readonly list: ScriptList | null;
}

/** How the keys and arguments of a list are divided. */
export interface ScriptList {
  /** Keys for each thing. */
  readonly keys: number;
  /** Arguments before the first thing, which are for all. */
  readonly head: number;
  /** What stands for one that could not be done. Without it, the call fails. */
  readonly failed?: (error: Error) => string;
}

/** Functions that the scripts share. Errors of a wrong type mean that a stranger has written there; others are passed on. */
const SHARED = `
local function fail(text) return error({ err = text }) end
local function stand(meta)
  local found = redis.pcall('HMGET', meta, 'e', 's', 't')
  if found.err then
    if string.find(found.err, 'WRONGTYPE', 1, true) then return nil end
    fail(found.err)
  end
  local e, s, t = found[1], found[2], found[3]
  if not (e and s and t) or #e > 32 or #s > 15 or #t > 32 then return nil end
  if not (string.find(e, '^[%w_-]+$') and string.find(t, '^[%w_-]*$')) then return nil end
  if not (s == '0' and t == '' or t ~= '' and string.find(s, '^[1-9]%d*$')) then return nil end
  return e, tonumber(s), t
end
local function text(offset) return string.format('%.0f', offset) end
local function extend(key, ttl, least)
  if redis.call('PTTL', key) < least then redis.call('PEXPIRE', key, ttl) end
end
`;

export function script(name: string, lua: string, list: ScriptList | null = null): Script {
  const whole = `${SHARED}${lua}`;
  return { name, list, lua: whole, sha: createHash('sha1').update(whole).digest('hex') };
}
