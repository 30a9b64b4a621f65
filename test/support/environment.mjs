// Handlers read their environment when they are loaded; a test gives the parts that it means by argument.
for (const name of ['TABLE_NAME', 'EVENTS_QUEUE_URL', 'X_SECRETS']) process.env[name] ??= 'given-by-argument'
process.env.AWS_REGION ??= 'us-east-1'
