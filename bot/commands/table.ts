import { approve, deny } from './approve.ts';
import { audit } from './audit.ts';
import { balance } from './balance.ts';
import type { Command } from './command.ts';
import { extend } from './extend.ts';
import { adjust, give, grant, reverse } from './grant.ts';
import { help } from './help.ts';
import { history } from './history.ts';
import { key } from './key.ts';
import { link } from './link.ts';
import { list } from './list.ts';
import { open, ssh } from './open.ts';
import { quiet } from './quiet.ts';
import { request } from './request.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { token } from './token.ts';
import { withdraw } from './withdraw.ts';

/** Every command there is. */
export const commands: readonly Command[] = [
  start,
  stop,
  extend,
  open,
  ssh,
  key,
  quiet,
  list,
  status,
  balance,
  history,
  request,
  approve,
  deny,
  withdraw,
  give,
  grant,
  adjust,
  reverse,
  audit,
  link,
  token,
  help,
];
