import { html } from 'hono/html';

import type { ConsoleDeps, ConsolePerson } from './console.ts';
import { iconSprite } from './icons.ts';

/** The page's frame. Messages and the board are drawn by its scripts. */
export function renderPage({ people, channel, simulated }: ConsoleDeps) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Dibs · local trial</title>
<link rel="icon" href="/console/mark.svg" type="image/svg+xml">
${stylesheets.map((name) => html`<link rel="stylesheet" href="/console/${name}.css">`)}
<script type="module" src="/console/theme.js" blocking="render"></script>
<script type="module" src="/console/main.js"></script>
</head>
<body>
${iconSprite}
<header class="top">
<h1 class="brand"><svg class="icon mark" aria-hidden="true"><use href="#icon-mark"/></svg>Dibs</h1>
<p class="trial">Local trial <span>· nothing here leaves this machine</span>
${simulated ? html`<span class="badge">simulated GPUs</span>` : ''}</p>
<fieldset class="people">
<legend>You are</legend>
${people().map(personChoice)}
</fieldset>
<button class="quiet" id="theme" type="button">
<svg class="icon" aria-hidden="true"><use href="#icon-theme"/></svg></button>
</header>
<nav class="views" aria-label="View">
<button type="button" data-view="conversation" aria-current="true">Conversation</button>
<button type="button" data-view="board">Board <span id="free-count"></span></button>
</nav>
<main data-view="conversation">
<section class="talk" aria-label="Conversation">
<header class="talk-head">
<h2><span aria-hidden="true">#</span> ${channel}</h2>
<p id="connection" role="status"></p>
</header>
<div id="log" role="log" aria-live="off" aria-label="Messages" tabindex="0"></div>
<button id="latest" type="button" hidden>New messages
<svg class="icon" aria-hidden="true"><use href="#icon-down"/></svg></button>
${composer}
</section>
<section class="board" aria-label="Board">
<header class="board-head"><h2>Board</h2><p id="board-summary"></p></header>
<div id="hosts"><p class="hint">Looking at the hosts …</p></div>
<section id="queue" aria-label="Waiting" hidden><h3 class="waiting-head">Waiting in line</h3><ol></ol></section>
</section>
</main>
${dialogs}
<p id="announcer" class="unseen" role="status"></p>
</body>
</html>`;
}

const stylesheets = [
  'colours',
  'frame',
  'conversation',
  'message',
  'parts',
  'composer',
  'dialog',
  'board',
  'device',
];

const composer = html`<form class="composer" autocomplete="off">
<ul id="suggestions" role="listbox" aria-label="Suggestions" hidden></ul>
<div class="line">
<label for="command" aria-hidden="true">/gpu</label>
<input id="command" name="command" type="text" maxlength="2000" role="combobox"
 aria-label="Command after /gpu" aria-autocomplete="list" aria-expanded="false"
 aria-controls="suggestions" autocapitalize="none" autocorrect="off" spellcheck="false"
 enterkeyhint="send" placeholder="help" autofocus>
<button class="send" type="submit" aria-label="Run">
<svg class="icon" aria-hidden="true"><use href="#icon-enter"/></svg></button>
</div>
<p class="keys" aria-hidden="true"><kbd>Tab</kbd> completes <kbd>↑</kbd> brings back
<kbd>/</kbd> comes here</p>
</form>`;

/** Enter presses the first button that submits, so whatever calls off is none. */
const dialogs = html`<dialog id="confirm" aria-labelledby="confirm-question">
<form method="dialog">
<p id="confirm-question"></p>
<div class="actions">
<button class="button" value="no">Not now</button>
<button class="button" value="yes" data-style="danger"></button>
</div>
</form>
</dialog>
<dialog id="question" aria-labelledby="question-label">
<form method="dialog" autocomplete="off">
<label id="question-label" for="answer"></label>
<input id="answer" type="text" maxlength="300" enterkeyhint="send" autofocus>
<div class="actions">
<button class="button" type="button" id="question-cancel">Cancel</button>
<button class="button" value="yes"></button>
</div>
</form>
</dialog>`;

function personChoice({ externalId, name, admin }: ConsolePerson) {
  return html`<label><input type="radio" name="person" value="${externalId}" data-name="${name}">
<span>${name}${admin ? html` <small>admin</small>` : ''}</span></label>`;
}
