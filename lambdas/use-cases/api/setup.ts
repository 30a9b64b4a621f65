/** Called by administrators in the console, on their first visit and when something does not work. */
import { noQuery } from '../../core/api/requests.ts'
import { lookAtSetup, type SetupDependencies } from '../look-at-setup.ts'
import { type Route, route } from './route.ts'

export function setupRoutes(dependencies: SetupDependencies): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/setup',
      operation: 'getSetup',
      summary: 'How far the setup is, step by step, with what to do; asks X and AWS, and changes nothing',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'setup',
      problems: [],
      handle: () => lookAtSetup(dependencies),
    }),
  ]
}
