/**
 * What a file's name alone says: whether it is listed as a photograph, and
 * which names are no part of an archive at all. The content decides later what
 * a file really is; a name only decides what is worth opening.
 */

/**
 * Extensions of pictures, lower-case. Those no decoder reads yet are here too,
 * so that such files are named as skipped instead of passing unseen.
 */
const PICTURE_EXTENSIONS: ReadonlySet<string> = new Set([
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'png',
  'webp',
  'gif',
  'bmp',
  'tif',
  'tiff',
  'heic',
  'heif',
  'avif',
]);

/**
 * Folders that hold no photographs of their own: version control, thumbnails
 * and bins that systems and network disks keep. Other hidden folders are walked.
 */
const IGNORED_FOLDERS: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  '.thumbnails',
  '@eadir',
  '#recycle',
  '$recycle.bin',
  'system volume information',
  '__macosx',
]);

/** The extension in lower case, without its dot; '' when there is none. A leading dot begins no extension. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** Whether the extension is one of a picture, read today or not. */
export function isPictureExtension(extension: string): boolean {
  return PICTURE_EXTENSIONS.has(extension);
}

/** The shadow that macOS writes beside a file on foreign disks: never a picture, whatever its name ends in. */
const SHADOW = '._';

/** Whether a file of this name is listed as a photograph. */
export function isPictureName(name: string): boolean {
  return !name.startsWith(SHADOW) && isPictureExtension(extensionOf(name));
}

/** What a file that is no picture is counted as: its extension, or `._` for a shadow. */
export function kindOfOther(name: string): string {
  return name.startsWith(SHADOW) ? SHADOW : extensionOf(name);
}

/** Whether a folder of this name is passed over. */
export function isIgnoredFolder(name: string): boolean {
  const lower = name.toLowerCase();
  return IGNORED_FOLDERS.has(lower) || lower.startsWith('.trash');
}
