/**
 * Checks of what apps send, made of small parts. Each adds what it finds wrong, in Slack’s words and
 * with a JSON pointer, and nothing that is not named is let through.
 */
export type Check = (value: unknown, at: string, problems: string[]) => void;
export type Fields = Readonly<Record<string, unknown>>;

export function problemsOf(check: Check, value: unknown, at = ''): string[] {
  const problems: string[] = [];
  check(value, at, problems);
  return problems;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const tell = (problems: string[], words: string, at: string) =>
  problems.push(`${words} [json-pointer:${at}]`);

export function string(most: number, least = 1): Check {
  return (value, at, problems) => {
    if (typeof value !== 'string') tell(problems, 'must be a string', at);
    else if (value.length < least) tell(problems, `must be more than ${least - 1} characters`, at);
    else if (value.length > most) tell(problems, `must be less than ${most + 1} characters`, at);
  };
}

export const flag: Check = (value, at, problems) => {
  if (typeof value !== 'boolean') tell(problems, 'must be a boolean', at);
};

export function integer(least: number, most: number): Check {
  return (value, at, problems) => {
    const fits = typeof value === 'number' && Number.isInteger(value);
    if (!fits || value < least || value > most)
      tell(problems, `must be an integer from ${least} to ${most}`, at);
  };
}

export function among(...allowed: readonly unknown[]): Check {
  return (value, at, problems) => {
    if (!allowed.includes(value)) tell(problems, `must be one of: ${allowed.join(', ')}`, at);
  };
}

export function matching(pattern: RegExp, words: string): Check {
  return (value, at, problems) => {
    if (typeof value !== 'string' || !pattern.test(value)) tell(problems, words, at);
  };
}

export function list(item: Check, most: number, least = 1): Check {
  return (value, at, problems) => {
    if (!Array.isArray(value)) return void tell(problems, 'must be an array', at);
    if (value.length > most) tell(problems, `no more than ${most} items allowed`, at);
    if (value.length < least) tell(problems, `no fewer than ${least} items allowed`, at);
    value.forEach((one, index) => {
      item(one, `${at}/${index}`, problems);
    });
  };
}

/** Exactly these fields; a name that ends in `?` may be absent. */
export function shape(fields: Readonly<Record<string, Check>>): Check {
  const checks = new Map(
    Object.entries(fields).map(([name, check]) => [
      name.replace('?', ''),
      { check, isOptional: name.endsWith('?') },
    ]),
  );
  return (value, at, problems) => {
    if (!isFields(value)) return void tell(problems, 'must be an object', at);
    for (const [name, { isOptional }] of checks)
      if (!isOptional && value[name] === undefined)
        tell(problems, `missing required field: ${name}`, at);
    for (const [name, found] of Object.entries(value)) {
      const known = checks.get(name);
      if (known) known.check(found, `${at}/${name}`, problems);
      else tell(problems, `invalid additional property: ${name}`, at);
    }
  };
}

/** One of several shapes, told apart by their `type`. */
export function variant(shapes: Readonly<Record<string, Readonly<Record<string, Check>>>>): Check {
  const checks = new Map(
    Object.entries(shapes).map(([type, fields]) => [type, shape({ type: among(type), ...fields })]),
  );
  return (value, at, problems) => {
    if (!isFields(value)) return void tell(problems, 'must be an object', at);
    const check = checks.get(String(value['type']));
    if (check) check(value, at, problems);
    else tell(problems, `unsupported type: ${value['type']}`, `${at}/type`);
  };
}

export function all(...checks: readonly Check[]): Check {
  return (value, at, problems) => {
    for (const check of checks) check(value, at, problems);
  };
}

/** A rule over a whole: words when it is broken, else null. */
export function rule(broken: (value: Fields) => string | null): Check {
  return (value, at, problems) => {
    const words = isFields(value) ? broken(value) : null;
    if (words !== null) tell(problems, words, at);
  };
}
