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
      serializers: { error: withoutParameters },
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

/** A failed statement is told without its parameters, as secrets may be among them. */
export function withoutParameters(error: Error): unknown {
  if (!('query' in error)) return pino.stdSerializers.err(error);
  const { query, cause } = error;
  return { type: 'query', query, cause: cause instanceof Error ? cause.message : String(cause) };
}
