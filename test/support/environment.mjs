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

// A property that fails prints its seed. To repeat the run: FC_SEED=<the seed> npm test -- <the file>.
// FC_RUNS=10000 makes each property try so many cases; those over the database stop before their test times out.
const { FC_SEED, FC_RUNS } = process.env
if (FC_SEED || FC_RUNS) {
  const { configureGlobal } = await import('fast-check')
  configureGlobal({
    ...(FC_SEED ? { seed: Number(FC_SEED) } : {}),
    ...(FC_RUNS ? { numRuns: Number(FC_RUNS) } : {}),
  })
}
