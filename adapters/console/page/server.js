/**
 * Runs a command. Resolves to { answer } or { failure, isFinal }: unless final, the same request
 * key may be sent again, and what was done already is not done twice.
 */
export function runCommand(request) {
  return post('/console/commands', request);
}

/** Puts an emoji under a message or takes it away. Resolves to null, or to why that failed. */
export async function sendReaction(reaction) {
  const { failure = null } = await post('/console/reactions', reaction);
  return failure;
}

async function post(path, request) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(deadlineMilliseconds),
    });
    const content = response.status === 204 ? null : await response.json();
    if (response.ok) return { answer: content };
    return { failure: content.error, isFinal: response.status < 500 };
  } catch (error) {
    const failure =
      error.name === 'TimeoutError' ? 'Dibs takes too long to answer.' : 'Dibs cannot be reached.';
    return { failure, isFinal: false };
  }
}

/** Ways to go on with what is typed; none when that cannot be known. */
export async function fetchSuggestions(person, text, signal) {
  const query = new URLSearchParams({ person, text });
  try {
    const response = await fetch(`/console/complete?${query}`, { signal });
    return response.ok ? (await response.json()).suggestions : [];
  } catch {
    return [];
  }
}

/** Follows the conversation and the board as this person sees them. Returns what ends it. */
export function follow(person, { events, onConnection }) {
  let source = null;
  let reopening = null;

  function open() {
    source = new EventSource(`/console/stream?${new URLSearchParams({ person })}`);
    for (const [name, listener] of Object.entries(events))
      source.addEventListener(name, ({ data }) => listener(JSON.parse(data)));
    source.addEventListener('open', () => onConnection(true));
    source.addEventListener('error', () => {
      onConnection(false);
      // A browser tries again after a lost connection, but never after an answer it cannot use.
      if (source.readyState === EventSource.CLOSED) reopening = setTimeout(open, restMilliseconds);
    });
  }

  open();
  return () => {
    clearTimeout(reopening);
    source.close();
  };
}

const restMilliseconds = 3000;

const deadlineMilliseconds = 30_000;
