/** Follows the system until the reader chooses; the choice is kept in this browser. */
export function toggleTheme() {
  const chosen = shownTheme() === 'dark' ? 'light' : 'dark';
  localStorage.setItem('theme', chosen);
  document.documentElement.dataset.theme = chosen;
}

/** `light` or `dark`: what is on the screen now. */
export function shownTheme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

const kept = localStorage.getItem('theme');
if (kept) document.documentElement.dataset.theme = kept;
