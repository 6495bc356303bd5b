const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
]);
const OUT_OF_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED']);

/** The variables to look at. */
export interface CertificateSettings {
  /** Of the authority that is trusted. */
  readonly authority: string;
  readonly address: string;
}

/**
 * What is wrong with the certificate that a server has shown, by the code of Node's TLS error, in words that go on after the server's
 * name; undefined when the error is not of a certificate.
 */
export function certificateFault(code: string, reason: string, settings: CertificateSettings): string | undefined {
  if (UNTRUSTED.has(code))
    return `shows a certificate of an authority that is not trusted here (${reason}): look at ${settings.authority}`;
  if (OUT_OF_DATE.has(code)) return `shows a certificate that is not valid now (${reason})`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `shows the certificate of another host (${reason}): look at ${settings.address}`;
  return undefined;
}
