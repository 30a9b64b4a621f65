const next = 'Next idea: plain writes in an order that may stop anywhere, and one index that moves.'
const join = `Six items in one transaction (12), moves in five lists (10), the channel's last message (1); six reads. ${next}`
const open = `Seven items in one transaction (14), five index entries (5), the channel's last message (1). ${next}`
const page = 'It queries 8 partitions of a list and reads each ticket again. Next idea: project what a row shows.'
const floorHasLess =
  'What it does more it promises: it checks tokens, tells an event from what is only counted, logs, and reads the answer of the queue.'

/**
 * Why figures miss their goals and what the next idea is, by the names of their rows. It is shown only where a goal is
 * missed.
 */
export const reasons: Readonly<Record<string, string>> = {
  'a direct message joins a ticket': join,
  'a direct message joins a ticket that has 3 more tags':
    'As the message that joins, and each tag adds an entry and its move (4).',
  'a direct message turns a solved ticket into open': 'As the message that joins.',
  'a direct message joins a ticket of the day before': 'As the message that joins.',
  'a post joins a ticket': 'As the direct message, and it reads four items more.',
  'a direct message opens a ticket': open,
  'a direct message opens a ticket after a closed one': 'As a message that opens, and it reads the closed one.',
  'a post opens a ticket': 'As the direct message.',
  'an event is ignored': 'A record and its counts in one transaction (4).',
  'a reply, from POST to sent, and its echo':
    'Storing it (25) moves the ticket in all lists; then two quotas (2), the claim (6) and the outcome (11).',
  'PATCH of a status': 'Ticket, tag entry and report sums in one transaction (6), and moves in all lists (10).',
  'PATCH that adds 3 tags': 'Each tag is an entry of its own, in an index.',
  'PATCH that closes a ticket':
    'Ticket, tag entry and report sums in one transaction (6), and moves in all lists (10).',
  'a page of 50 tickets': page,
  'a page of 50 tickets by status': page,
  'a page of 50 tickets by channel': page,
  'a poll of the console that finds nothing new':
    'It reads a whole page. Next idea: ask first whether anything changed.',
  'webhook: a CRC': floorHasLess,
  'webhook: a delivery': floorHasLess,
}
