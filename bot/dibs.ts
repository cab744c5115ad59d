#!/usr/bin/env node
import { endWithReader } from './closed-pipe.ts';
import { run } from './dibs/run.ts';

endWithReader();
process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
