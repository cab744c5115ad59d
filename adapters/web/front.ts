import { Hono } from 'hono';

/**
 * What a visitor of the bare address sees where the trial page is off: that it is the right one, and
 * how Dibs is used. It says nothing of the site.
 */
export function createFrontPage(): Hono {
  const app = new Hono();
  app.get('/', (context) => {
    context.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    return context.html(page);
  });
  return app;
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Dibs</title>
<style>
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1.5rem }
dt { font-weight: 600; margin-top: 1rem }
dd { margin: 0 }
</style>
</head>
<body>
<h1>Dibs runs here</h1>
<p>It shares GPUs. There is nothing to click: it is used from where you work.</p>
<dl>
<dt>In Slack</dt>
<dd>Type <code>/gpu help</code>.</dd>
<dt>In a terminal</dt>
<dd><code>npx gpu help</code>, with this address in <code>DIBS_URL</code> and what
<code>/gpu token</code> gives you in <code>DIBS_TOKEN</code>.</dd>
</dl>
</body>
</html>
`;
