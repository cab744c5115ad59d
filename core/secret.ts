/** A password or token that no log, message or JSON can show by mistake. */
export type Secret = { reveal(): string };

export function secretOf(value: string): Secret {
  return { reveal: () => value };
}
