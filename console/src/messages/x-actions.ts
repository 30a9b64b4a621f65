/** What an agent can do on X besides answering. */
export const xActionMessages = {
  title: 'On X',
  hidden: 'Hidden on X,',
  price: (usd: string) => `X charges $${usd}.`,
  actions: {
    hide_answer: {
      label: 'Hide on X',
      title: (name: string) => `Hide the answer by ${name}?`,
      text: 'X shows it under «Hidden replies» only. It stays here. X allows this in conversations that your account began.',
      done: 'Hidden on X.',
    },
    show_answer: {
      label: 'Show on X',
      title: (name: string) => `Show the answer by ${name} again?`,
      text: 'Everybody sees it below your post again.',
      done: 'Shown on X.',
    },
    delete_reply: {
      label: 'Delete on X',
      title: () => 'Delete this reply on X?',
      text: 'Nobody sees it on X any more. Its text goes here too, after some time. This cannot be undone.',
      done: 'Deleted on X.',
    },
    mute: {
      label: 'Mute',
      title: (name: string) => `Mute ${name} on X?`,
      text: 'Your account no longer sees their posts in its timeline on X. Their messages still come here, and they are not told.',
      done: 'Muted on X.',
    },
    unmute: {
      label: 'Unmute',
      title: (name: string) => `Unmute ${name} on X?`,
      text: 'Your account sees their posts in its timeline on X again.',
      done: 'Unmuted on X.',
    },
    block_direct_messages: {
      label: 'Block direct messages',
      title: (name: string) => `Block direct messages by ${name}?`,
      text: 'They can no longer write to your account in private. Their mentions still come.',
      done: 'Direct messages blocked on X.',
    },
    unblock_direct_messages: {
      label: 'Allow direct messages',
      title: (name: string) => `Allow direct messages by ${name} again?`,
      text: 'They can write to your account in private again.',
      done: 'Direct messages allowed on X.',
    },
  },
} as const
export type XActionName = keyof typeof xActionMessages.actions
