// Handlers read their environment when they are loaded; a test gives the parts that it means by argument.
for (const name of [
  'TABLE_NAME',
  'EVENTS_QUEUE_URL',
  'REPLIES_QUEUE_URL',
  'MEDIA_QUEUE_URL',
  'MEDIA_BUCKET',
  'X_SECRETS',
  'TOKENS_KEY',
]) {
  process.env[name] ??= 'given-by-argument'
}
process.env.X_API_URL ??= 'http://127.0.0.1:9'
process.env.PUBLIC_URL ??= 'http://localhost:9'
process.env.ADMINISTRATORS ??= ''
process.env.MAIL_FROM ??= 'helpdesk@example.com'
process.env.EVENT_SOURCE ??= 'account-activity'
process.env.AWS_REGION ??= 'us-east-1'
