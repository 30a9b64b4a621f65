import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isLoopback, isPublicAddress } from './address.ts'

/** As `lookup` of `node:dns` with all addresses. */
export type Resolve = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void

const MAX_URL_CHARACTERS = 2_000

/** An address that must not be called. */
export class RefusedAddress extends Error {}

/**
 * Whom we call on somebody's word: only by https and only public addresses, looked at in the moment of connecting, since a
 * name may lead elsewhere than before.
 * @param mayBeLocal true on one machine: this machine itself may be called too, also by http
 * @param resolve looks up the addresses of a name
 */
export function createGuard(mayBeLocal: boolean, resolve: Resolve = lookup) {
  const mayCall = (address: string) => isPublicAddress(address) || (mayBeLocal && isLoopback(address))

  const lookUp: LookupFunction = (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0)
      const [first] = found
      // One address that must not be called is enough: which one is taken is not ours to say.
      const refused = found.find(({ address }) => !mayCall(address))
      if (!first || refused) return callback(refusalOfAddress(host, refused?.address), '', 0)
      return options.all ? callback(null, found) : callback(null, first.address, first.family)
    })
  }

  /** Why an address must not be called; null if it may be. A name is looked up only when it is called. */
  function refusalOf(text: string): string | null {
    if (text.length > MAX_URL_CHARACTERS) return `has more than ${MAX_URL_CHARACTERS} characters`
    if (!URL.canParse(text)) return 'is not an address such as https://helpdesk.example.com/events'
    const url = new URL(text)
    const host = hostOf(url)
    const isLocal = mayBeLocal && (host === 'localhost' || isLoopback(host))
    if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) return 'must begin with https://'
    if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
    if (url.hash !== '') return 'must not contain a fragment (#)'
    if (isLocal) return null
    if (isIP(host) !== 0 && !mayCall(host)) return `must be a public address, not ${host}`
    if (host === 'localhost' || /\.(localhost|local|internal)\.?$/.test(host))
      return `must be a public name, not ${host}`
    return null
  }

  return { lookUp, refusalOf }
}

function refusalOfAddress(host: string, address: string | undefined): Error {
  return new RefusedAddress(
    address ? `${host} leads to ${address}, which is not a public address` : `${host} has no address`,
  )
}

/** The host of a URL; an IPv6 address without brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
}
