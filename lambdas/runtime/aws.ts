/** The variables with which the SDKs replace the endpoint of one service. */
const ENDPOINT_VARIABLES = {
  sqs: 'AWS_ENDPOINT_URL_SQS',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  kms: 'AWS_ENDPOINT_URL_KMS',
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
} as const

type Service = keyof typeof ENDPOINT_VARIABLES

/** Endpoint and credentials of an AWS service, from the variables that Lambda sets and the SDKs read. */
export function awsAccess(service: Service, source: Record<string, string | undefined> = process.env) {
  const region = source.AWS_REGION ?? 'us-east-1'
  const ownEndpoint = source[ENDPOINT_VARIABLES[service]]
  return {
    service,
    region,
    endpoint: ownEndpoint ?? source.AWS_ENDPOINT_URL ?? `https://${service}.${region}.amazonaws.com`,
    accessKeyId: source.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: source.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: source.AWS_SESSION_TOKEN ?? null,
  }
}
