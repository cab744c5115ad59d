/**
 * Slack's numbers, from docs.slack.dev (reference/block-kit, reference/methods, apis/events-api,
 * interactivity), 2026. Texts count in UTF-16 units, which is never kinder than Slack's own count.
 * The product keeps its own list: the two were written apart, so that a slip in one of them shows.
 */
export const limits = {
  message: {
    /** Fallback text; over it is msg_too_long. */
    text: 40_000,
    blocks: 50,
    /** Of all blocks together; over it is msg_blocks_too_long (slackapi/bolt-js#2509: 13,297). */
    blockText: 13_000,
    /** What each further block takes of it: the same measured 125 for an empty divider. */
    perBlock: 125,
    tables: 1,
  },
  view: {
    size: 250_000,
    blocks: 100,
    title: 24,
    submit: 24,
    close: 24,
    privateMetadata: 3_000,
    callbackId: 255,
  },
  views: { open: 3 },
  blockId: 255,
  actionId: 255,
  header: { text: 150 },
  section: { text: 3_000, fields: 10, field: 2_000 },
  context: { elements: 10, text: 3_000 },
  actions: { elements: 25 },
  image: { url: 3_000, altText: 2_000, title: 2_000 },
  input: { label: 2_000, hint: 2_000 },
  table: { rows: 100, columns: 20, text: 10_000 },
  button: { text: 75, value: 2_000, url: 3_000, label: 75 },
  confirm: { title: 100, text: 300, confirm: 30, deny: 30 },
  select: { options: 100, groups: 100 },
  overflow: { options: 5 },
  choice: { options: 10 },
  option: { text: 75, value: 150, description: 75, url: 3_000 },
  placeholder: 150,
  plainTextInput: { length: 3_000 },
  manifest: {
    name: 35,
    description: 140,
    command: 32,
    commandDescription: 2_000,
    usageHint: 1_000,
  },
  ack: { millis: 3_000 },
  trigger: { millis: 3_000 },
  responseUrl: { posts: 5, millis: 30 * 60_000 },
  /** Of events: at once, after one and after five minutes. */
  retryMillis: [0, 60_000, 300_000],
  sockets: { open: 10, ticketMillis: 30_000, pingMillis: 10_000, warningMillis: 10_000 },
  /** chat.postMessage: about one a second and channel, with a small burst. */
  posts: { burst: 4, perSecond: 1 },
  page: 1_000,
} as const;
