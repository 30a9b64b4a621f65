import { people } from './identity/clients.ts'
import { Refusal, readSettings } from './settings.ts'
import { type Stack, startStack } from './stack.ts'

// Lambda's clock has no zone of its own; a handler must not see this machine's.
process.env.TZ = 'UTC'

let stack: Stack | undefined
let ending = false

/** Ends with everything that was started, also when that is still under way. */
async function end(code: number): Promise<void> {
  if (ending) return
  ending = true
  await starting.catch(() => {})
  await stack?.stop()
  process.exit(code)
}

const fail = (error: unknown) => {
  console.error(error instanceof Refusal ? error.message : error)
  void end(1)
}

async function start(): Promise<void> {
  const began = performance.now()
  const settings = readSettings(process.env)
  stack = await startStack({
    ...settings,
    onProgress: (text) => console.log(`  ${text}`),
    onLog: (entry) => console.log(JSON.stringify(entry)),
    onTrouble: (sentence) => {
      if (!ending) console.error(sentence)
    },
    onBroken: (sentence) => {
      if (!ending) fail(new Refusal(sentence))
    },
  })
  if (!ending) console.log(welcome(stack, settings, performance.now() - began))
}

function welcome(
  { url, publicUrl, endpoints, x, mail }: Stack,
  { dataDir, xApiUrl, consumerKey, consumerSecret, administrators, mailFrom }: ReturnType<typeof readSettings>,
  ms: number,
): string {
  const names = Object.entries(people).map(([name, { password }]) => `${name} (password ${password})`)
  return `
Ready after ${(ms / 1000).toFixed(1)} s.

  Console   ${publicUrl}
            sign in as ${names.join(', ')}
  API       ${url}/api/openapi.json
  Webhook   ${publicUrl}/webhooks/twitter
  X         ${x ? `${x.url} (simulated)` : `${xApiUrl} (as set, the simulator is off)`}
            consumer key ${consumerKey}, consumer secret ${shown(consumerSecret)}
${x ? '            Open it in a browser to be the customer.\n' : ''}\
  Mail      ${mail ? `${mail.url} (a mailbox to look at, /store as JSON)` : `${endpoints.ses} (as set, the mailbox is off)`}
            to ${administrators.join(', ')}, from ${mailFrom}
  Token     curl -s -u admin:local -d grant_type=client_credentials ${url}/oauth2/token
            (admin:local may do everything, helpdesk:local what concerns tickets)
  DynamoDB  ${endpoints.dynamodb}
  SQS       ${endpoints.sqs}
  S3        ${endpoints.s3}
  Data      ${dataDir}

First thing to try: «On one machine» in README.md.
End with Ctrl-C.
`
}

/** Ours is no secret; somebody else's is never shown. */
const shown = (secret: string) => (process.env.X_CONSUMER_SECRET ? 'as set' : secret)

// Whoever read our output has gone, as in «npm start | head»: there is nobody left to run for.
process.stdout.on('error', () => void end(0))
// npm starts us through a shell that keeps signals to itself, and may itself be killed: when they go, so do we.
const parent = process.ppid
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && void end(0), 200).unref()
process.on('SIGINT', () => void end(0))
process.on('SIGTERM', () => void end(0))
const starting = start()
starting.catch(fail)
