import { raw } from 'hono/html';

/** Drawn once, used by `<use href="#icon-…">`. Strokes take the text's colour. */
export const iconSprite = raw(`<svg class="sprite" width="0" height="0" aria-hidden="true">
<symbol id="icon-mark" viewBox="0 0 24 24"><g fill="none" stroke="currentColor" stroke-width="2">
<rect x="2" y="2" width="8.5" height="8.5" rx="2"/><rect x="2" y="13.5" width="8.5" height="8.5" rx="2"/>
<rect x="13.5" y="13.5" width="8.5" height="8.5" rx="2"/></g>
<rect class="claimed" x="12.5" y="1" width="10.5" height="10.5" rx="3"/></symbol>
${symbol('theme', '<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>')}
${symbol('down', '<path d="M12 5v14m-6-6 6 6 6-6"/>')}
${symbol('enter', '<path d="M19 6v5a3 3 0 0 1-3 3H5m5-5-5 5 5 5"/>')}
${symbol('file', '<path d="M12 4v10m-5-5 5 5 5-5M5 19.5h14"/>')}
${symbol('hidden', '<path d="M3 3l18 18M10.5 6.2A9 9 0 0 1 12 6c5 0 8.3 4 9 6-.4 1-1.3 2.5-2.8 3.8M6.3 7.7C4.5 9 3.4 10.9 3 12c.7 2 4 6 9 6 1.3 0 2.5-.3 3.6-.7"/>')}
${symbol('neutral', '<path d="M6 8h12M6 12h12M6 16h7"/>')}
${symbol('progress', '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>')}
${symbol('good', '<path d="m5 12.5 4.5 4.5L19 7.5"/>')}
${symbol('warning', '<path d="M12 7v6m0 4v.01"/>')}
${symbol('bad', '<path d="m7 7 10 10M17 7 7 17"/>')}
</svg>`);

function symbol(name: string, strokes: string): string {
  return `<symbol id="icon-${name}" viewBox="0 0 24 24"><g fill="none" stroke="currentColor"
 stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${strokes}</g></symbol>`;
}
