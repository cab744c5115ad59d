import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * One file of the page, or null. Only what the table names is ever read, so no path can lead
 * elsewhere.
 */
export async function readAsset(
  name: string,
): Promise<{ text: string; contentType: string } | null> {
  const contentType = contentTypes.get(name);
  if (contentType === undefined) return null;
  return { text: await readFile(join(import.meta.dirname, 'page', name), 'utf8'), contentType };
}

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

const contentTypes = new Map([
  ['mark.svg', 'image/svg+xml'],
  ['colours.css', style],
  ['frame.css', style],
  ['conversation.css', style],
  ['message.css', style],
  ['parts.css', style],
  ['composer.css', style],
  ['dialog.css', style],
  ['board.css', style],
  ['device.css', style],
  ['theme.js', script],
  ['main.js', script],
  ['dom.js', script],
  ['times.js', script],
  ['message.js', script],
  ['text.js', script],
  ['file.js', script],
  ['reactions.js', script],
  ['conversation.js', script],
  ['exchange.js', script],
  ['composer.js', script],
  ['completion.js', script],
  ['confirm.js', script],
  ['ask.js', script],
  ['board.js', script],
  ['device.js', script],
  ['meter.js', script],
  ['server.js', script],
  ['welcome.js', script],
]);
