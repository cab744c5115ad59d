/** System fonts, both colour schemes, and no width that a phone does not have. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f3f5f2, #101413);
  --sheet: light-dark(#ffffff, #171c1b);
  --line: light-dark(#dde2dd, #2c3432);
  --ink: light-dark(#17201d, #e8edeb);
  --soft: light-dark(#56625d, #9daba6);
  --accent: light-dark(#0a7553, #45d19c);
  --on-accent: light-dark(#ffffff, #05231a);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100dvh;
  display: grid;
  place-items: center;
  padding: 1rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
    "DejaVu Sans", sans-serif;
  text-size-adjust: 100%;
}
main {
  width: min(100%, 34rem);
  padding: clamp(1.5rem, 6vw, 2.75rem);
  background: var(--sheet);
  border: 1px solid var(--line);
  border-radius: 1rem;
}
.brand { display: flex; align-items: center; gap: 0.5rem; color: var(--soft); font-weight: 600; }
.brand svg { width: 1.25rem; height: 1.25rem; }
.claimed { fill: var(--accent); }
h1 {
  margin: 1rem 0 0.75rem;
  font-size: clamp(1.375rem, 6vw, 1.75rem);
  line-height: 1.2;
  letter-spacing: -0.01em;
  overflow-wrap: anywhere;
  text-wrap: balance;
}
p { margin: 0 0 0.75rem; }
p:last-child { margin-bottom: 0; }
.when { color: var(--soft); }
pre {
  margin: 0;
  padding: 0.75rem 1rem;
  overflow-wrap: anywhere;
  white-space: pre-wrap;
  background: var(--ground);
  border: 1px solid var(--line);
  border-radius: 0.5rem;
}
code {
  font: 0.9375rem/1.5 ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas,
    "DejaVu Sans Mono", monospace;
  user-select: all;
}
button {
  min-height: 2.75rem;
  padding: 0 1.25rem;
  border: 0;
  border-radius: 0.5rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button:disabled { opacity: 0.6; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
