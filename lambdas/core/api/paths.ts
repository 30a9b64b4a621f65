/** Where X and Usedesk reach us, under our public address. The gateway of AWS, that of one machine and our calls to X agree. */
export const paths = {
  webhook: '/webhooks/twitter',
  callback: '/api/channels/twitter/callback',
  usedesk: '/webhooks/usedesk',
} as const
