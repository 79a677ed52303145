// What does an application hold? An object that works wherever it is kept: behind a proxy of Vue, in a store of MobX, or taken apart.

class Face {}

/** Libraries that turn plain objects into others, as MobX does, leave it alone. */
export function unplain<T extends object>(object: T): T {
  return Object.setPrototypeOf(object, Face.prototype) as T;
}

/** The members of an object's class, without its fields. They need no `this`, so no proxy comes between the object and itself. */
export function faceOf<T extends object>(object: T): T {
  const face = unplain({});
  const prototype = Object.getPrototypeOf(object) as object;
  for (const name of Reflect.ownKeys(prototype)) {
    const member = Object.getOwnPropertyDescriptor(prototype, name) as { get?: () => unknown; value?: () => void };
    const bound = member.get
      ? { get: member.get.bind(object) }
      : { value: member.value?.bind(object) as unknown, writable: true };
    Object.defineProperty(face, name, { ...bound, enumerable: true, configurable: true });
  }
  return face as T;
}
