import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { createVerdictReporter } from './test/support/verdict.ts';

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const tools = [
  ...['/usr/sbin/dockerd', '/usr/bin/mmdebstrap', '/usr/sbin/iptables'],
  ...['/usr/bin/docker-registry', '/usr/bin/shellcheck', '/usr/bin/ssh', '/usr/bin/ip'],
  ...['/usr/bin/openssl', '/usr/bin/curl', '/usr/bin/python3'],
];
const isDebianRoot = process.getuid?.() === 0 && tools.every((tool) => existsSync(tool));
const realHost = process.env['DIBS_TEST_DOCKER_HOST'] !== undefined;
const engine = process.env['DIBS_TEST_ENGINE'] !== 'off' && (isDebianRoot || realHost);
const browser =
  process.env['CHROMIUM'] !== undefined ||
  browsers.some((name) => existsSync(`/usr/bin/${name}`)) ||
  existsSync('/Applications/Google Chrome.app');
/** `.ci/run` is tried there, and must find all that it would install. */
const clone =
  isDebianRoot && ['/usr/bin/chromium', '/usr/bin/git'].every((tool) => existsSync(tool));

/** What a machine cannot run is reported as left out; `.ci/run` fails where that happens. */
for (const [runs, suite] of [
  [engine, 'engine (root on Debian with docker.io, mmdebstrap and others)'],
  [browser, 'browser (Chromium)'],
  [clone, 'clone (root, with git and all of the above)'],
] as const)
  if (!runs) process.stdout.write(`LEFT OUT, see CONTRIBUTING.md: ${suite}\n`);
if (process.env['DIBS_TEST_SOAK'] === 'on' && !engine)
  throw new Error('The soak needs what the engine suite needs, see CONTRIBUTING.md.');

/** Where `.ci/run` finds the verdict, and whether all suites have to run for it. */
const { DIBS_TEST_VERDICT: verdictPath, DIBS_TEST_SUITES: whichSuites } = process.env;
const requiredSuites = whichSuites === 'none' ? [] : undefined;

/** Tests of the engine wait half of the time. Each worker has an engine of its own. */
const besideEngine = { maxWorkers: 2, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    // The others would be left out unsaid.
    allowOnly: false,
    reporters: [
      'default',
      ...(verdictPath ? [createVerdictReporter(verdictPath, requiredSuites)] : []),
    ],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/{unit,contract,store,adapters,e2e}/**/*.test.ts', 'test/*.test.ts'],
          globalSetup: ['test/support/postgres-server.ts'],
          // They wait for work and not for time; two busy cores may need this long.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Many of them wait most of the time.
          maxWorkers: 3,
        },
      },
      ...(browser
        ? [
            {
              test: {
                name: 'browser',
                include: ['test/browser/**/*.test.ts'],
                testTimeout: 120_000,
                hookTimeout: 120_000,
                ...besideEngine,
              },
            },
          ]
        : []),
      ...(clone
        ? [
            {
              test: {
                name: 'clone',
                include: ['test/clone/**/*.test.ts'],
                testTimeout: 300_000,
                hookTimeout: 60_000,
                ...besideEngine,
              },
            },
          ]
        : []),
      ...(engine
        ? [
            {
              test: {
                name: 'engine',
                include: ['test/engine/**/*.test.ts'],
                globalSetup: ['test/support/postgres-server.ts', 'test/support/engine-images.ts'],
                testTimeout: 300_000,
                hookTimeout: 600_000,
                ...besideEngine,
              },
            },
          ]
        : []),
    ],
  },
});
