const floorHasLess =
  'What it does more it promises: it checks tokens, tells an event from what is only counted, logs, and reads the answer of the queue.'

const inTrail =
  'It has an entry in the audit trail (1), written before the change, so that no change is without its entry.'

const overOneKilobyte = 'The ticket is over 1 KB (1).'

/**
 * Why figures miss their goals and what the next idea is, by the names of their rows. It is shown only where a goal is
 * missed.
 */
export const reasons: Readonly<Record<string, string>> = {
  'a post joins a ticket':
    'As the direct message, and a pointer from its id (1), because an answer may come for any post. It reads that pointer, that of the answered post, and whether its author is a connected account. Next idea: decide from the conversation alone if the post is above all others in it (2.5 reads).',
  'a direct message turns a solved ticket into open':
    'As the message that joins, and it moves in the list of its status (2).',
  'a direct message joins a ticket of the day before':
    'As the message that joins, and once a minute the time of the channel’s last message (1).',
  'a direct message opens a ticket after a closed one':
    'As a message that opens, and it marks the closed one (1), in the list too (1).',
  'a reply, from POST to sent, and its echo':
    'It has an entry in the audit trail (1). The first reply turns `new` into `open` and so moves in the list of a status (2), and once X has it the ticket says since when it is answered (2).',
  'a later reply of the ticket, from POST to sent, and its echo': inTrail,
  'PATCH of a status': `${inTrail} ${overOneKilobyte}`,
  'PATCH that closes a ticket': `${inTrail} ${overOneKilobyte} Reports find it by its closing (1).`,
  'PATCH that adds 3 tags': 'As the PATCH of a status, and each tag is an entry of its own.',
  'a page of 50 tickets by status':
    'The ticket is over 1 KB. Tickets lie in partitions by their ids, and each is asked for its share of the page and a little more; where chance puts more of the newest 50 into one, it is read on.',
  'start of api':
    'It reads 642 KB at its start, 94 more than before the audit trail, erasure and encrypted messages, which few calls need. Next idea: their routes loaded by `import()` at the first such call.',
  'no encrypted message: start of router':
    'It reads 20 KB more: what opens stored keys and asks X. The engine is not among them. Next idea: these by `import()` too.',
  'the first encrypted message of a process':
    'It compiles the engine, a megabyte of WebAssembly, reads two keys from the table and checks four signatures before V8 has optimized the code.',
  'each further encrypted message':
    'The engine checks two signatures and decrypts, and the router reads two items for the keys. Next idea: both items in one read.',
  'webhook: a CRC': floorHasLess,
  'webhook: a delivery': floorHasLess,
  'one machine: deliveries accepted':
    'All handlers, the embedded parts and the load share two cores. Next idea: DynamoDB calls signed as the calls of SQS are.',
  'one machine: an answer at half that rate, 99 of 100':
    'The router works off its queue on the same two cores as the webhook. The next ideas are those of the messages.',
  'one machine: messages in tickets':
    'A message takes 12 to 15 ms of the processor over all processes, so two cores can have some 150 a second; most of it are calls of DynamoDB by the SDK in the router (1 ms each) and in the embedded DynamoDB, which waits for the disk at each write, one after the other. Next ideas: an embedded database in the main process that groups commits; calls of DynamoDB signed and sent as those of SQS are, which would save a tenth.',
}
