/** The least that a handler with a table and a bucket needs. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'

const clients = [new DynamoDBClient({}), new S3Client({})]

export const handler = async () => clients
