/** A port of which a test says what is used of it: what else is asked for is a mistake. */
export function partOf<Port extends object>(part: Partial<Port>): Port {
  return new Proxy(part as Port, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      throw new Error(`${String(name)} is not asked for here`);
    },
  });
}
