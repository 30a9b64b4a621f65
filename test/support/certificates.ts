import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto'

/** What a server proves its name with, both as PEM. */
export type Certificate = { readonly key: string; readonly cert: string }

const HOUR_MS = 3600_000

/** A certificate authority that nobody trusts unless told to. */
export function newAuthority() {
  const authority = { name: `Authority ${randomUUID()}`, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
  return {
    /** Its own certificate, as PEM. */
    cert: certificateFor(authority.name, authority, authority, [basicConstraints]),
    /** A certificate for a host. @param validForMs from now; negative: it has expired */
    issue: (host: string, validForMs = HOUR_MS): Certificate => issue(host, authority, validForMs),
  }
}

/** A certificate for a host that is signed with its own key. */
export function selfSigned(host: string): Certificate {
  return issue(host, null, HOUR_MS)
}

type Issuer = { readonly name: string; readonly privateKey: KeyObject }

function issue(host: string, issuer: Issuer | null, validForMs: number): Certificate {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cert = certificateFor(host, keys, issuer ?? { name: host, ...keys }, [subjectAltName(host)], validForMs)
  return { key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert }
}

/** A certificate after https://www.rfc-editor.org/rfc/rfc5280#section-4.1, signed by ECDSA with SHA-256. */
function certificateFor(
  subject: string,
  { publicKey }: { readonly publicKey: KeyObject },
  issuer: Issuer,
  extensions: readonly Buffer[],
  validForMs = HOUR_MS,
): string {
  const until = Date.now() + validForMs
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(issuer.name),
    sequence(time(Math.min(Date.now(), until) - HOUR_MS), time(until)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', toBeSigned, issuer.privateKey)
  const whole = sequence(toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}

/** A value with its tag and length. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  const length = value.length
  const bytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...bytes]), value])
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const commonName = (name: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))))
const time = (ms: number) => der(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')))
/** Critical: it may sign other certificates. */
const basicConstraints = sequence(
  oid('551d13'),
  der(0x01, Buffer.from([0xff])),
  der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
)
const subjectAltName = (host: string) => sequence(oid('551d11'), der(0x04, sequence(der(0x82, Buffer.from(host)))))
