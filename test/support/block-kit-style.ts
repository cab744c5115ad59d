/** Slack's measures and colours, light and dark, as of 2026. */
export const style = `
  :root { --ink: #1d1c1d; --quiet: #616061; --paper: #fff; --line: #dddddd; --box: #f8f8f8;
    --link: #1264a3; --mention: #1d9bd11a; --code: #c01343; --button: #fff; --green: #007a5a; --red: #e01e5a; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #d1d2d3; --quiet: #ababad; --paper: #1a1d21; --line: #35373b; --box: #222529;
      --link: #1d9bd1; --mention: #1d9bd11a; --code: #e8912d; --button: #1a1d21; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: break-word;
    font: 15px/1.46668 Lato, "Helvetica Neue", Arial, "DejaVu Sans Condensed", sans-serif; }
  main { max-width: 720px; }
  article { display: flex; gap: 8px; padding: 8px 20px; }
  .avatar { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #1d2b3a; color: #fff;
    display: grid; place-items: center; font-weight: 900; }
  .message { flex: 1; min-width: 0; }
  .from b { font-weight: 900; } .from i { font: 700 10px/1 Arial, sans-serif; margin: 0 4px; padding: 1px 3px;
    background: var(--line); border-radius: 2px; color: var(--quiet); } time { font-size: 12px; color: var(--quiet); }
  .block { margin: 0 0 8px; }
  h3 { font-size: 18px; line-height: 1.33334; font-weight: 900; margin: 8px 0; }
  .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; } .fields > div { min-width: 0; }
  .context { font-size: 13px; color: var(--quiet); }
  strong { font-weight: 700; } a { color: var(--link); } .mention { background: var(--mention); padding: 0 2px; border-radius: 3px; }
  blockquote { margin: 0; border-left: 4px solid var(--line); padding-left: 12px; }
  code, pre { font: 12px/1.50001 Monaco, Menlo, Consolas, "DejaVu Sans Mono", monospace; background: var(--box);
    border: 1px solid var(--line); border-radius: 3px; }
  code { padding: 2px 3px 1px; color: var(--code); } pre { padding: 8px; white-space: pre-wrap; word-break: break-word; }
  .actions { display: flex; flex-wrap: wrap; gap: 8px; }
  button { font: 700 13px/1 Lato, Arial, sans-serif; height: 28px; max-width: 100%; padding: 0 12px; border-radius: 8px;
    border: 1px solid var(--line); background: var(--button); color: var(--ink); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .primary { background: var(--green); border-color: var(--green); color: #fff; }
  .danger { background: var(--red); border-color: var(--red); color: #fff; }
  @media (max-width: 500px) { article { padding: 8px 12px; } .fields { grid-template-columns: 1fr; } }
`;
