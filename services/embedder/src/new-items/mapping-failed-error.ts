/** A version's mapping gives no vectors: to none of the items that it was asked for, whatever was tried. Clicks and other versions are not concerned. */
export class MappingFailedError extends Error {
  override readonly name = 'MappingFailedError';
}
