/** An answer of Slack’s that says no: thrown wherever it is found, written once. */
export class Refused extends Error {
  readonly code: string;
  /** Goes into the answer beside the error. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(code: string, more: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.more = more;
  }
}

/** As Slack tells what is wrong with blocks: twice, once with a level. */
export function refusedFor(code: string, problems: readonly string[]): Refused {
  const messages = problems.map((problem) => `[ERROR] ${problem}`);
  return new Refused(code, { errors: problems, response_metadata: { messages } });
}

/** The server’s own limit: an answer with the status 429. */
export class RateLimited extends Error {
  readonly seconds: number;

  constructor(seconds: number) {
    super('ratelimited');
    this.seconds = seconds;
  }
}
