import { balance } from './balance.ts';
import type { Command } from './command.ts';
import { extend } from './extend.ts';
import { help } from './help.ts';
import { list } from './list.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { token } from './token.ts';

/** Every command there is. */
export const commands: readonly Command[] = [
  start,
  stop,
  extend,
  list,
  status,
  balance,
  token,
  help,
];
