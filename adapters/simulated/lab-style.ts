/** System fonts, both colour schemes, and no width that a phone does not have. */
export const labStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f5, #14171a);
  --sheet: light-dark(#ffffff, #1c2024);
  --line: light-dark(#dde1dc, #30363c);
  --ink: light-dark(#1d2321, #e8ebe9);
  --soft: light-dark(#59625e, #a3ada8);
  --mark: light-dark(#8a4b00, #ffc46b);
  --mark-ground: light-dark(#fff0d6, #3a2b12);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  padding: clamp(1rem, 5vw, 4rem) 1rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif;
}
main {
  max-width: 54rem;
  margin: 0 auto;
  padding: clamp(1.25rem, 5vw, 3rem);
  background: var(--sheet);
  border: 1px solid var(--line);
  border-radius: 1rem;
}
h1 { margin: 0.75rem 0 0.5rem; font-size: clamp(1.75rem, 7vw, 2.5rem); line-height: 1.15; }
h2 { margin: 0 0 0.5rem; font-size: 1rem; }
p { margin: 0 0 0.75rem; }
section { margin-top: 2rem; }
.lead { color: var(--soft); }
.badge {
  display: inline-block;
  margin: 0;
  padding: 0.125rem 0.75rem;
  border-radius: 1rem;
  background: var(--mark-ground);
  color: var(--mark);
  font-size: 0.875rem;
  font-weight: 600;
}
code { font: 0.875rem/1.6 ui-monospace, monospace; }
pre {
  margin: 0;
  padding: 1rem;
  overflow-wrap: anywhere;
  white-space: pre-wrap;
  background: var(--ground);
  border: 1px solid var(--line);
  border-radius: 0.5rem;
}
.prompt { color: var(--soft); }
`;
