// TLS in words: which file cannot be used, and what either side has against the other.
import { expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { checkTls, tlsFaultOf } from '../../src/docker/tls.ts'
import { CERTIFICATE, KEY } from './certificate.ts'

const good = { ca: Buffer.from(CERTIFICATE), cert: Buffer.from(CERTIFICATE), key: Buffer.from(KEY) }
const nothing = Buffer.from('nothing')

test('TLS files that are what they should be pass, and so does none', () => {
  checkTls(good)
  checkTls({ ca: null, cert: null, key: null })
})

test.for([
  [{ ...good, ca: nothing }, 'docker.tls.ca: the file contains no certificate'],
  [{ ...good, ca: Buffer.from('') }, 'docker.tls.ca: the file contains no certificate'],
  [{ ...good, cert: nothing }, 'docker.tls.cert: the file contains no certificate'],
  [{ ...good, key: nothing }, 'docker.tls.key: the file contains no usable private key'],
  [{ ...good, key: good.cert }, 'docker.tls.key: the file contains no usable private key'],
] as const)('a wrong TLS file (%#): $1', ([tls, message]) => {
  expect(() => checkTls(tls)).toThrow(expect.objectContaining({ code: 'config', message }))
  expect(() => checkTls(tls)).toThrow(NethealError)
})

const ALERT =
  '40:error:0A000415:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:../deps/x.c:918:SSL alert number 42\n'

const SHOWN = 'ours is of CN=netheal, good from Jan 1 00:00:00 2020 GMT to Jan 2 00:00:00 2020 GMT'
const REFUSED = 'the engine refuses our client certificate'
const NONE = 'the engine requires a client certificate and got none'

test.for([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', null, NONE],
  // Docker 20.10.
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', null, NONE],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', SHOWN, `${REFUSED}: bad certificate (${SHOWN})`],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', SHOWN, `${REFUSED}: it has expired, or is not valid yet (${SHOWN})`],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', SHOWN, `${REFUSED}: unknown ca (${SHOWN})`],
] as const)('an alert of the engine: %s, with %s', ([code, shown, why]) => {
  const fault = tlsFaultOf(code, ALERT, shown)
  expect(fault?.why).toBe(why)
  expect(fault?.hint).toContain('docker.tls.cert and docker.tls.key')
})

test.for([
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    "Hostname/IP does not match certificate's altnames: Host: x. is not cert's CN: y",
    "its certificate is for another name (Host: x. is not cert's CN: y)",
  ],
  ['CERT_HAS_EXPIRED', 'x', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'x', 'its certificate is not valid yet'],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'x',
    'its certificate is not signed by an authority that netheal trusts (SELF_SIGNED_CERT_IN_CHAIN)',
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', ALERT, 'it does not speak TLS'],
  ['ERR_SSL_SOMETHING_ELSE', ALERT, 'ERR_SSL_SOMETHING_ELSE'],
] as const)('a failed handshake in words: %s', ([code, message, why]) => {
  const fault = tlsFaultOf(code, message, SHOWN)
  expect(fault?.why).toBe(why)
  expect(fault?.hint).toMatch(/docker|dockerd/)
})

test.for(['ECONNRESET', 'ENOENT', 'EWHAT'])('%s has nothing to do with TLS', code => {
  expect(tlsFaultOf(code, 'x', SHOWN)).toBeNull()
})
