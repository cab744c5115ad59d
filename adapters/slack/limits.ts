/**
 * Slack's limits, in characters unless the name says otherwise. One over any of them and Slack
 * refuses the whole message or view. The pages are those of docs.slack.dev.
 */
export const limits = {
  /** reference/block-kit/blocks */
  messageBlocks: 50,
  viewBlocks: 100,
  /** reference/block-kit/blocks/header-block */
  headerText: 150,
  /** reference/block-kit/blocks/section-block */
  sectionText: 3000,
  sectionFields: 10,
  fieldText: 2000,
  /** reference/block-kit/blocks/context-block; a text object has 3,000 anywhere. */
  contextElements: 10,
  contextText: 3000,
  /** None is written for reference/block-kit/blocks/rich-text-block: that of a text object. */
  preformattedText: 3000,
  /** reference/block-kit/blocks/actions-block */
  actionElements: 25,
  /** reference/block-kit/block-elements/button-element; a phone shows about 30 of the text. */
  buttonText: 75,
  buttonValue: 2000,
  actionId: 255,
  buttonUrl: 3000,
  /** reference/block-kit/composition-objects/confirmation-dialog-object */
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  /** reference/block-kit/composition-objects/option-object; its page says 150, its types 75. */
  optionText: 75,
  optionValue: 75,
  /** reference/block-kit/block-elements/select-menu-element */
  selectOptions: 100,
  /** reference/block-kit/block-elements/plain-text-input-element */
  inputText: 3000,
  placeholder: 150,
  /** reference/block-kit/blocks/input-block */
  inputLabel: 2000,
  /** reference/views/modal-views, for title, submit and close alike. */
  modalTitle: 24,
  callbackId: 255,
  privateMetadata: 3000,
  /** reference/methods/views.publish, view_too_large: 250 kB. */
  viewCharacters: 250_000,
  /**
   * msg_blocks_too_long is on no page. slackapi/bolt-js#2509 measured it: 13,297 characters of
   * text pass, and an empty divider costs 125 of them.
   */
  messageCharacters: 13_000,
  blockCharacters: 125,
  /** reference/methods/chat.postMessage: 4,000 are advised, at 40,000 it is cut. */
  fallbackText: 4000,
  /** reference/app-manifest */
  appDescription: 140,
  commandDescription: 2000,
  usageHint: 1000,
} as const;
