/** The least that the webhook needs: a signature, and a request that it could send. */
import { createHmac } from 'node:crypto'

export const handler = async (event: { body: string }) => createHmac('sha256', 'secret').update(event.body).digest()
