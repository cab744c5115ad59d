import { expect, it } from 'vitest';
import { createFrontPage } from '../../adapters/web/front.ts';

it('the bare address says how Dibs is used, and lets nothing run there', async () => {
  const answer = await createFrontPage().request('/');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  const page = await answer.text();
  for (const words of ['Dibs runs here', '/gpu help', 'npx gpu', 'DIBS_URL'])
    expect(page).toContain(words);
});
