type Kind = 'tweet' | 'user'

/** X's error for something that does not exist, inside a 200. */
export const unknown = (value: string, kind: Kind, parameter = 'id') => ({
  value,
  detail: `Could not find ${kind} with ${parameter}: [${value}].`,
  title: 'Not Found Error',
  resource_type: kind,
  parameter,
  resource_id: value,
  type: 'https://api.x.com/2/problems/resource-not-found',
})

/** X's error for something that the account may not see, inside a 200. */
export const refusal = (value: string, kind: Kind, detail: string) => ({
  value,
  detail,
  title: 'Authorization Error',
  resource_type: kind,
  parameter: 'id',
  resource_id: value,
  type: 'https://api.x.com/2/problems/not-authorized-for-resource',
})
