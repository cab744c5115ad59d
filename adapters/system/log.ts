import pino from 'pino';
import type { Log } from '../../core/ports.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard error, so that standard output stays for people. */
export function createLog(level: LogLevel): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
      redact: ['token', '*.token', 'password', '*.password'],
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    debug: (text, fields) => logger.debug(fields ?? {}, text),
    info: (text, fields) => logger.info(fields ?? {}, text),
    warn: (text, fields) => logger.warn(fields ?? {}, text),
    error: (text, fields) => logger.error(fields ?? {}, text),
  };
}
