/** Where an administrator mends what Slack refuses us, in the words of Slack's own pages. */
export const reinstall =
  'At api.slack.com/apps, paste the output of “npx dibs slack manifest” under App Manifest, then re-install the app under Install App.';
const newBotToken =
  'At api.slack.com/apps under Install App, copy the Bot User OAuth Token into SLACK_BOT_TOKEN; install the app first where there is none.';

/** By what Slack says to a call with the bot token. */
export const botAdvice: Readonly<Record<string, string>> = {
  account_inactive: newBotToken,
  invalid_auth: newBotToken,
  not_authed: newBotToken,
  not_allowed_token_type: newBotToken,
  token_expired: newBotToken,
  token_revoked: newBotToken,
  missing_scope: reinstall,
};

/** Where we were taken out of a channel, or it was archived. */
export const channelAdvice =
  'Invite Dibs there with /invite @Dibs, or name another channel in dibs.yaml. Until then its messages go to the holders of sessions, and the admins are told of requests.';
