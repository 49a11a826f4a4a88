/**
 * Where the crop of a face lies: `Faces/<sub-folder>/face<k>_<name>.jpg`. The
 * name of a crop says which photograph it comes from, and two photographs of one
 * folder never share one (`IMG.png` and `IMG.jpg` must not meet). Names only, no file.
 */
import { createHash } from 'node:crypto';
import { FACES_FOLDER } from '../config/layout.js';
import { bytesToPath, pathToBytes } from './path-text.js';
import { extensionOf, isPictureExtension } from './picture-name.js';

/** Marks crops of photographs without a picture extension, so that `IMG` and `IMG.jpg` differ. */
const NO_EXTENSION_MARK = 'photo';

/**
 * Longest photograph name, in bytes, that a crop carries whole: file systems
 * allow 255, and `face1234_`, `.photo.jpg` and a temporary suffix come on top.
 */
const WHOLE_NAME_BYTES = 200;
const KEPT_NAME_BYTES = 180;
const UTF8_LONGEST = 4;
const DIGEST_HEX = 32;

/**
 * The part of a crop's file name after `face<k>_`, as path text.
 *
 * A name in .jpg or .jpeg stays, unless a second picture extension stands before
 * it; any other picture gets `.jpg` on top, a name without a picture extension
 * `.photo.jpg`. Names longer than 200 bytes keep their beginning and a digest;
 * they come out longer than any other, so nothing meets them. Injective.
 */
export function cropName(fileName: string): string {
  if (pathToBytes(fileName).length > WHOLE_NAME_BYTES) return shortened(fileName);
  const extension = extensionOf(fileName);
  if (!isPictureExtension(extension)) return `${fileName}.${NO_EXTENSION_MARK}.jpg`;
  const isJpeg = extension === 'jpg' || extension === 'jpeg';
  const inner = extensionOf(fileName.slice(0, -extension.length - 1));
  const isPlain = isJpeg && inner !== NO_EXTENSION_MARK && !isPictureExtension(inner);
  return isPlain ? fileName : `${fileName}.jpg`;
}

/** Longest name of a folder; and longest path of one below the project, so that the whole stays within 4096 bytes. */
const FOLDER_NAME_BYTES = 255;
const FOLDER_PATH_BYTES = 2048;

/** How a shortened folder ends; one that ends so by itself is shortened too, and nothing meets it. */
const SHORTENED = /~[0-9a-f]{32}$/;

/** A folder that might bear the name of a crop; also where the disk takes upper and lower case for one. */
const CROP_LIKE = /^face\d+_/i;

/**
 * The folder of a photograph's crops, relative to the project folder, as path text.
 *
 * A folder named like a crop gets a `~`: crops end in .jpg or .jpeg, so that no
 * folder stands where a crop belongs. Archives and links have folders whose
 * names no disk takes: those of more than 255 bytes, and paths of more than 2048,
 * keep their beginning and a digest. Injective.
 */
export function cropFolder(photoPath: string): string {
  const given = photoPath.split('/').slice(0, -1);
  const folders = given.map((name) => {
    const apart = CROP_LIKE.test(name) ? `${name}~` : name;
    const isOdd = SHORTENED.test(name) || pathToBytes(apart).length > FOLDER_NAME_BYTES;
    return isOdd ? beginning(name) : apart;
  });
  const isDeep = pathToBytes(folders.join('/')).length > FOLDER_PATH_BYTES;
  // The digest is of the whole path, whose slashes no single name has.
  return [FACES_FOLDER, ...(isDeep ? [beginning(given.join('/')).replaceAll('/', '_')] : folders)].join('/');
}

function shortened(fileName: string): string {
  return `${beginning(fileName)}.jpg`;
}

/** The beginning of a name and a digest of the whole. */
function beginning(name: string): string {
  const bytes = pathToBytes(name);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, DIGEST_HEX);
  let end = KEPT_NAME_BYTES;
  while (end > KEPT_NAME_BYTES - UTF8_LONGEST && isContinuation(bytes[end])) end -= 1;
  return `${bytesToPath(bytes.subarray(0, end))}~${digest}`;
}

/** Whether a byte goes on a UTF-8 character: cutting before it would split one. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
