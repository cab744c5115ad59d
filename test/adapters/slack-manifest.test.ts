import { describe, expect, it } from 'vitest';
import { limits } from '../../adapters/slack/limits.ts';
import { botEvents, botScopes, manifestOf } from '../../adapters/slack/manifest.ts';
import { commands } from '../../bot/commands/table.ts';

const socket = manifestOf({ commands, requestUrl: null });
const http = manifestOf({ commands, requestUrl: 'https://dibs.example.org/' });

/** The scopes that make Slack send an event, as docs.slack.dev/reference/events has them. */
const eventScopes: { [E in (typeof botEvents)[number]]: readonly (typeof botScopes)[number][] } = {
  app_home_opened: [],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  channel_archive: ['channels:read'],
  group_archive: ['groups:read'],
  channel_left: ['channels:read'],
  group_left: ['groups:read'],
  tokens_revoked: [],
  app_uninstalled: [],
};

describe('the manifest of the app in Slack', () => {
  it('has one command, which shows how to begin and keeps who is mentioned apart', () => {
    const [command, ...others] = socket.features?.slash_commands ?? [];
    expect(others).toEqual([]);
    expect(command).toMatchObject({ command: '/gpu', should_escape: true });
    expect(command?.usage_hint).toBe('start a100 2h | list | stop | help');
  });

  it('needs no public address with Socket Mode', () => {
    expect(socket.settings?.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(socket)).not.toContain('url');
  });

  it('has everything sent to our one address without it', () => {
    expect(http.settings?.socket_mode_enabled).toBe(false);
    const url = 'https://dibs.example.org/slack/events';
    expect(http.features?.slash_commands?.[0]?.url).toBe(url);
    expect(http.settings?.event_subscriptions?.request_url).toBe(url);
    expect(http.settings?.interactivity).toEqual({ is_enabled: true, request_url: url });
  });

  it('is the same in both modes but for that', () => {
    const without = (manifest: typeof http) =>
      JSON.stringify(manifest, (name, value) =>
        ['url', 'request_url', 'socket_mode_enabled'].includes(name) ? undefined : value,
      );
    expect(without(http)).toBe(without(socket));
  });

  it.each(botEvents)('asks for the scopes that %s needs', (event) => {
    expect(socket.settings?.event_subscriptions?.bot_events).toContain(event);
    expect(socket.oauth_config?.scopes?.bot).toEqual(
      expect.arrayContaining([...eventScopes[event]]),
    );
  });

  it('asks for no scope twice, and for nothing on behalf of people', () => {
    const { bot, ...others } = socket.oauth_config?.scopes ?? {};
    expect(bot).toEqual([...new Set(botScopes)]);
    expect(others).toEqual({});
  });

  it('has a tab of its own for everybody, where commands can be typed', () => {
    expect(socket.features?.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    });
    expect(socket.features?.bot_user?.display_name).toBe('Dibs');
  });

  it('stays within Slack’s limits', () => {
    const [command] = socket.features?.slash_commands ?? [];
    expect(command?.usage_hint?.length).toBeLessThanOrEqual(limits.usageHint);
    expect(command?.description.length).toBeLessThanOrEqual(limits.commandDescription);
    const { description } = socket.display_information;
    expect(description?.length).toBeLessThanOrEqual(limits.appDescription);
  });
});
