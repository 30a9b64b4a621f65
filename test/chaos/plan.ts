import { directMessages, idAt, posts, type User, v2Post, xActivity } from '../support/x-payloads.ts'
import { crashHeader, type Fault, type FaultKind, faultKinds, type Service } from './faults.ts'
import { type Random, randomFrom } from './random.ts'

/** A message that somebody wrote on X. */
export type Written = {
  /** X's id. */
  readonly id: string
  readonly channel: User
  readonly customer: User
  /** `own`: a direct message that the account wrote on X itself. */
  readonly kind: 'direct' | 'post' | 'own'
  /** What joins messages in tickets (rules 1 and 2). */
  readonly conversation: string
  readonly text: string
  readonly answers: { readonly id: string; readonly by: User } | null
}

/** A POST of X to the webhook. */
export type Delivery = { readonly messages: readonly Written[]; readonly body: object }

/** A message that a customer writes on the simulated X, which delivers it. It is known by its text. */
export type OnX = {
  readonly channel: User
  readonly customer: User
  readonly kind: 'direct' | 'post'
  readonly text: string
  /** The text of the same customer's post that it answers. */
  readonly answers: string | null
  readonly hasPhoto: boolean
}

export type AgentAct = 'answer' | 'tag' | 'close' | 'status'

/** What X answers to the next call that sends a reply, in the form of the simulator's control. */
export type XAnswer = { readonly name: string; readonly script: Readonly<Record<string, unknown>> }

export type Step =
  | { readonly do: 'deliver'; readonly delivery: Delivery }
  | { readonly do: 'write'; readonly message: OnX }
  | {
      readonly do: 'agent'
      readonly act: AgentAct
      readonly conversation: string
      readonly customer: User
      /** The texts of replies, a tag, or a status. */
      readonly values: readonly string[]
    }
  | { readonly do: 'faults'; readonly faults: readonly Fault[] }
  | { readonly do: 'x_answers'; readonly answers: XAnswer }
  | { readonly do: 'kill' }
  /** X's webhook breaks, people write, `reconcile` repairs and recovers. */
  | { readonly do: 'outage'; readonly messages: readonly OnX[] }
  /** Something is switched off while messages come. Those of `ignored` must make no ticket, the others must. */
  | {
      readonly do: 'switch'
      readonly what: 'extension' | 'mentions' | 'directMessages'
      readonly channel: User
      readonly ignored: readonly Delivery[]
      readonly ignoredOnX: readonly OnX[]
      readonly others: readonly Delivery[]
    }
  /** A channel is silent for hours, and SES fails when administrators should hear of it. */
  | { readonly do: 'silence'; readonly channel: User }

export type Plan = {
  readonly seed: number
  readonly channels: readonly User[]
  readonly customers: readonly User[]
  readonly steps: readonly Step[]
}

/** What a plan is made of. Each `Every` is a number of deliveries. */
export type Shape = {
  /** With kills of everything, outages, switches and silence, which take long. */
  readonly isWhole: boolean
  readonly agentEvery: number
  readonly faultsEvery: number
  /** One that is named twice is disturbed twice as often. */
  readonly services: readonly Service[]
  readonly faultKinds: readonly FaultKind[]
  readonly xAnswersEvery: number
  /** The names of X's answers. */
  readonly xAnswers: readonly string[]
}

/** Ids and texts of X are built from this time, so that a seed always gives the same plan. */
const start = Date.UTC(2026, 0, 1, 12)
/** A delivery comes at most so many places late. */
const shuffleWithin = 12
const againWithin = 60
const shareAgain = 0.2
/** Customers of one post each would be many: this many messages each, and at most so many customers. */
const messagesEach = 15
const maxCustomers = 500

/**
 * The plan of a run. The same arguments give the same plan.
 * @param deliveries how many different deliveries come; a fifth of them come twice
 */
export function planFrom(seed: number, deliveries: number, shape: Shape = wholeShape(deliveries)): Plan {
  const random = randomFrom(seed)
  const channels = [1, 2, 3].map((n): User => ({ id: String(3_000_000_000 + n), username: `shop${n}` }))
  const customers = Array.from(
    { length: Math.max(8, Math.min(maxCustomers, Math.ceil(deliveries / messagesEach))) },
    (_, n): User => ({ id: String(7_000_000_000 + n), username: `customer${n}`, name: `Customer ${n}` }),
  )
  const people = peopleOnX(random, channels, customers)
  const placed: { readonly at: number; readonly step: Step }[] = []
  const place = (at: number, step: Step) => placed.push({ at, step })
  /** Something `count` times, at random places. */
  const scatter = (count: number, make: (at: number) => Step | undefined) => {
    for (let n = 0; n < count; n++) {
      const at = Math.floor(((n + 0.2 + 0.6 * (random.below(1000) / 1000)) * deliveries) / count)
      const step = make(at)
      if (step) place(at, step)
    }
  }

  for (let n = 0; n < deliveries; n++) {
    const step: Step = { do: 'deliver', delivery: people.delivery() }
    place(n + random.below(shuffleWithin), step)
    if (random.chance(shareAgain)) place(n + random.below(againWithin), step)
    // In the middle of what is written, so that it concerns people who have written before.
    if (n % shape.agentEvery === shape.agentEvery - 1) place(n, people.agent())
    if (n % Math.max(20, Math.floor(deliveries / 600)) === 10) place(n, { do: 'write', message: people.onX() })
  }
  const faultLength = 25
  scatter(Math.ceil(deliveries / shape.faultsEvery), (at) => {
    place(at + 5 + random.below(faultLength), { do: 'faults', faults: [] })
    const faults = faultsFrom(random, shape)
    if (faults.some(({ service }) => service === 's3')) {
      // Only photos meet S3.
      for (const late of [1, 2, 3]) place(at + late, { do: 'write', message: people.withPhoto() })
    }
    return { do: 'faults', faults }
  })
  const answers = xAnswers.filter(({ name }) => shape.xAnswers.includes(name))
  scatter(Math.ceil(deliveries / shape.xAnswersEvery), () => ({ do: 'x_answers', answers: random.pick(answers) }))
  if (shape.isWhole) {
    scatter(Math.ceil(deliveries / 1_000), () => ({ do: 'kill' }))
    scatter(Math.ceil(deliveries / 10_000), () => ({
      do: 'outage',
      messages: Array.from({ length: 6 }, () => people.onX()),
    }))
    scatter(1, () => ({ do: 'silence', channel: random.pick(channels) }))
    const whats = ['mentions', 'extension', 'directMessages'] as const
    scatter(Math.ceil(deliveries / 2_000), () => people.switched(random.pick(whats)))
  }
  const steps = placed.toSorted((one, other) => one.at - other.at).map(({ step }) => step)
  return { seed, channels, customers, steps }
}

/** Everything. Of what the simulated X keeps in one file, or what its limits slow down, a long plan has less. */
export function wholeShape(deliveries: number): Shape {
  return {
    isWhole: true,
    agentEvery: Math.max(6, Math.floor(deliveries / 3_000)),
    faultsEvery: 60,
    services: ['dynamodb', 'dynamodb', 'sqs', 's3'],
    faultKinds,
    xAnswersEvery: Math.max(15, Math.floor(deliveries / 1_000)),
    xAnswers: xAnswers.map(({ name }) => name),
  }
}

/** What people write on X, one after the other. */
function peopleOnX(random: Random, channels: readonly User[], customers: readonly User[]) {
  let written = 0
  let acts = 0
  const newId = () => idAt(start + ++written * 1_000)
  /** Entries by customer and channel; under those marked deep, customers also answer their own answers. */
  const entries: { readonly post: Written; readonly isDeep: boolean; readonly answers: Written[] }[] = []
  const onX: OnX[] = []
  const direct: Written[] = []

  const post = (channel: User, customer: User, answers: Written | null): Written => {
    const id = newId()
    const isOwn = answers?.customer.id === customer.id
    return {
      id,
      channel,
      customer,
      kind: 'post',
      conversation: postConversation(channel, isOwn ? answers.id : id),
      text: `@${channel.username} post ${id}`,
      answers: answers && { id: answers.id, by: answers.customer },
    }
  }
  const privately = (kind: 'direct' | 'own', channel: User, customer: User): Written => {
    const id = newId()
    const conversation = directConversation(channel, customer)
    return { id, channel, customer, kind, conversation, text: `${kind} ${id}`, answers: null }
  }
  const message = (channel: User): Written => {
    const dice = random.below(100)
    if (dice < 55 || entries.length === 0) {
      const made = privately('direct', channel, random.pick(customers))
      direct.push(made)
      return made
    }
    // The customer wrote first: what comes before that joins no ticket that X delivered earlier (rule 5).
    const first = random.pick(direct)
    if (dice < 60) return privately('own', first.channel, first.customer)
    return mention(channel)
  }
  const mention = (channel: User): Written => {
    const dice = random.below(100)
    // The newest entries: an answer comes soon after its entry, or before it.
    const entry = entries.length > 0 && dice >= 40 ? random.pick(entries.slice(-10)) : undefined
    if (!entry) {
      const made = post(channel, random.pick(customers), null)
      entries.push({ post: made, isDeep: random.chance(0.4), answers: [] })
      return made
    }
    if (dice < 52) return post(entry.post.channel, otherThan(entry.post.customer), entry.post)
    if (entry.isDeep && entry.answers.length > 0 && random.chance(0.5)) {
      return post(entry.post.channel, entry.post.customer, random.pick(entry.answers))
    }
    const answer = post(entry.post.channel, entry.post.customer, entry.post)
    entry.answers.push(answer)
    return answer
  }
  const otherThan = (person: User): User => random.pick(customers.filter(({ id }) => id !== person.id))

  /** Messages of one delivery are of one kind, so that either event system may bring it. */
  const delivery = (): Delivery => {
    const first = message(random.pick(channels))
    if (first.kind === 'direct' && random.chance(0.15)) {
      const second = privately('direct', first.channel, random.pick(customers))
      return deliveryOf([first, second], false)
    }
    return deliveryOf([first], random.chance(0.4))
  }

  const write = (kind: OnX['kind'], channel: User): OnX => {
    const text = `${kind === 'post' ? `@${channel.username} ` : ''}on X ${++written}`
    return { channel, customer: random.pick(customers), kind, text, answers: null, hasPhoto: false }
  }

  return {
    delivery,

    onX(): OnX {
      const dice = random.below(100)
      const earlier = onX.filter((one) => one.kind === 'post' && one.answers === null)
      const parent = dice < 30 && earlier.length > 0 ? random.pick(earlier) : null
      const base = write(parent || dice < 60 ? 'post' : 'direct', parent?.channel ?? random.pick(channels))
      // X reports an answer only if it repeats the handle; the poll of mentions finds the other.
      const isReported = !parent || random.chance(0.5)
      const made: OnX = {
        ...base,
        ...(parent ? { customer: parent.customer, answers: parent.text } : {}),
        text: isReported ? base.text : base.text.replace(/^@\w+ /, ''),
        hasPhoto: base.kind === 'direct' && random.chance(0.3),
      }
      onX.push(made)
      return made
    },

    withPhoto: (): OnX => ({ ...write('direct', random.pick(channels)), hasPhoto: true }),

    /** What an agent does, to a ticket of somebody who has written. */
    agent(): Step {
      const dice = random.below(100)
      const act: AgentAct = dice < 50 ? 'answer' : dice < 75 ? 'tag' : dice < 90 ? 'close' : 'status'
      const n = ++acts
      const count = act === 'answer' && random.chance(0.5) ? 3 : 1
      const values = {
        answer: Array.from({ length: count }, (_, index) => `reply ${n}.${index}`),
        tag: [`tag ${n % 7}`],
        close: ['closed'],
        status: [random.pick(['pending', 'on_hold', 'solved'])],
      }[act]
      const shallow = entries.filter(({ isDeep }) => !isDeep)
      const ofPost = shallow.length > 0 && random.chance(0.3)
      const root = onX.filter((one) => one.kind === 'post' && one.answers === null)
      // X takes a public reply only to a post that it has.
      const about: { conversation: string; customer: User } =
        act === 'answer' && root.length > 0 && random.chance(0.4)
          ? onXConversation(random.pick(root))
          : ofPost
            ? random.pick(shallow.slice(-15)).post
            : direct.length > 0
              ? random.pick(direct.slice(-40))
              : privately('direct', random.pick(channels), random.pick(customers))
      return { do: 'agent', act, conversation: about.conversation, customer: about.customer, values }
    },

    switched(what: 'extension' | 'mentions' | 'directMessages'): Step {
      const channel = random.pick(channels)
      const [first = channel] = channels.filter(({ id }) => id !== channel.id)
      const several = (count: number, make: () => Written) =>
        Array.from({ length: count }, () => deliveryOf([make()], random.chance(0.4)))
      const privateIn = (where: User) => several(4, () => privately('direct', where, random.pick(customers)))
      const publicIn = (where: User) => several(4, () => post(where, random.pick(customers), null))
      const offIn = (where: User) => ({
        mentions: publicIn(where),
        directMessages: privateIn(where),
        extension: [...publicIn(where), ...privateIn(where)],
      })
      const onIn = {
        mentions: [...privateIn(channel), ...publicIn(first)],
        directMessages: [...publicIn(channel), ...privateIn(first)],
        extension: [],
      }
      const kinds = ({ mentions: ['post'], directMessages: ['direct'], extension: ['post', 'direct'] } as const)[what]
      const ignoredOnX = kinds.map((kind) => write(kind, channel))
      return { do: 'switch', what, channel, ignored: offIn(channel)[what], ignoredOnX, others: onIn[what] }
    },
  }
}

/** A post that X gives its id when it is written. */
function onXConversation({ text, customer }: OnX): { conversation: string; customer: User } {
  return { conversation: `text ${text}`, customer }
}

/** All direct messages of a customer to an account (rule 1). */
export function directConversation(channel: User, customer: User): string {
  return `direct ${channel.id} ${customer.id}`
}

/** All answers of an author to one post of theirs, and the post unless it is such an answer itself (rule 2). */
export function postConversation(channel: User, postId: string): string {
  return `post ${channel.id} ${postId}`
}

/** @param isActivity true for the form of the X Activity API, which carries one event */
function deliveryOf(messages: readonly Written[], isActivity: boolean): Delivery {
  return { messages, body: bodyOf(messages, isActivity) }
}

function bodyOf(messages: readonly Written[], isActivity: boolean): object {
  const [first] = messages
  if (!first) throw new Error('a delivery has messages')
  const { channel } = first
  if (first.kind !== 'post') {
    const options = messages.map(({ id, customer, text, kind }) =>
      kind === 'own' ? { id, from: channel, to: customer, text } : { id, from: customer, to: channel, text },
    )
    const body = directMessages(channel, ...options)
    if (!isActivity) return body
    const { direct_message_events } = body
    const users = Object.fromEntries([channel, first.customer].map((user) => [user.id, { data: user }]))
    const event = first.kind === 'own' ? 'dm.sent' : 'dm.received'
    return xActivity(channel, event, { direct_message_events, users })
  }
  const { id, customer, text, answers } = first
  const options = { id, by: customer, text, mentions: [channel], ...(answers ? { answers } : {}) }
  if (!isActivity) return posts(channel, options)
  return xActivity(channel, 'post.mention.create', v2Post(options), { users: [customer, channel] })
}

/** The faults of a time: of one service or two. */
function faultsFrom(random: Random, { services, faultKinds }: Shape): Fault[] {
  const one = (): Fault => {
    const service = random.pick(services)
    const kind = random.pick(faultKinds)
    return { service, kind, share: random.pick(sharesOf[kind]) }
  }
  return random.chance(0.3) ? [one(), one()] : [one()]
}

/** Only what a few calls more survive, so that the work goes on. */
const sharesOf: Readonly<Record<FaultKind, readonly number[]>> = {
  throttled: [0.3, 0.6, 1],
  failing: [0.2, 0.5, 1],
  slow: [0.3, 0.8],
  refused: [0.2, 0.5],
  lost: [0.1, 0.3],
  crash_before: [0.01, 0.05],
  crash_after: [0.01, 0.05],
}

/** X's answers to calls that send a reply, and to reads. The header ends the sender when X has the reply. */
const xAnswers: readonly XAnswer[] = [
  ...(['/2/dm_conversations/*', '/2/tweets'] as const).flatMap((path): XAnswer[] => {
    const sending = { path, method: 'POST' }
    return [
      { name: '429', script: { ...sending, status: 429 } },
      { name: '500', script: { ...sending, status: 500 } },
      { name: '503, taken', script: { ...sending, status: 503, take: true } },
      { name: '403', script: { ...sending, status: 403 } },
      { name: 'slow', script: { ...sending, delayMs: 2_000 } },
      { name: 'no answer', script: { ...sending, hang: true } },
      { name: 'no answer, taken', script: { ...sending, hang: true, take: true } },
      { name: 'taken, and the sender dies', script: { ...sending, delayMs: 0, headers: { [crashHeader]: '1' } } },
    ]
  }),
  { name: '500 to a read', script: { path: '/2/*', method: 'GET', status: 500 } },
  { name: '429 to a read', script: { path: '/2/*', method: 'GET', status: 429 } },
]
