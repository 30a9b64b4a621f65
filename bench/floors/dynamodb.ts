/** The least that a handler with a table needs. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'

const client = new DynamoDBClient({})

export const handler = async () => client
