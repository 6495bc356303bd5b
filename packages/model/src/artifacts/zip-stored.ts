import { crc32 } from 'node:zlib';
import { ModelInputError } from '../errors.js';

/** 1980-01-01, the first day a zip can name: the same content gives the same bytes. */
const firstDay = 0x21;
const version = 20;
/** Sizes and offsets have 32 bits. */
const largest = 0xffff_ffff;

/**
 * A zip whose files are not compressed. Source: PKWARE's APPNOTE, 4.3.7 local header, 4.3.12 central directory, 4.3.16 end.
 * Throws a ModelInputError when it would be larger than 4 GiB.
 */
export function zipStored(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const nameBytes = Buffer.from(name);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(version, 0);
    about.writeUInt16LE(0x0800, 2); // the name is UTF-8
    about.writeUInt16LE(firstDay, 8);
    about.writeUInt32LE(crc32(content), 10);
    about.writeUInt32LE(content.length, 14);
    about.writeUInt32LE(content.length, 18);
    about.writeUInt16LE(nameBytes.length, 22);
    const place = Buffer.alloc(14); // no comment, first disk, no attributes
    place.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('PK\u0003\u0004'), about, nameBytes, content);
    directory.push(Buffer.from('PK\u0001\u0002'), Buffer.from([version, 0]), about, place, nameBytes);
    offset += 4 + about.length + nameBytes.length + content.length;
    if (offset > largest) throw new ModelInputError('the export is larger than the 4 GiB of a zip');
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(
    directory.reduce((sum, part) => sum + part.length, 0),
    8,
  );
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\u0005\u0006'), end]);
}
