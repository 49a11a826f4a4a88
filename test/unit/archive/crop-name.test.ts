/**
 * Names of crops: which photograph they come from, and that two photographs of
 * one folder never share one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropFolder, cropName, pathToBytes } from '../../../src/archive/index.js';

test('names by the rule', () => {
  assert.equal(cropName('IMG.jpg'), 'IMG.jpg');
  assert.equal(cropName('IMG.JPEG'), 'IMG.JPEG');
  assert.equal(cropName('IMG.2.jpg'), 'IMG.2.jpg');
  assert.equal(cropName('IMG.png'), 'IMG.png.jpg');
  assert.equal(cropName('IMG.png.jpg'), 'IMG.png.jpg.jpg');
  assert.equal(cropName('IMG'), 'IMG.photo.jpg');
  assert.equal(cropName('.jpg'), '.jpg.photo.jpg');
});

test('a crop lies in the sub-folder of its photograph', () => {
  assert.equal(cropFolder('IMG.jpg'), 'Faces');
  assert.equal(cropFolder('a/b c/IMG.png'), 'Faces/a/b c');
});

test('a folder named like a crop never stands where a crop belongs', () => {
  // Before, the crop of k/IMG.jpg and the folder of k/face1_IMG.jpg/x.jpg were one path.
  assert.equal(cropFolder('k/face1_IMG.jpg/x.jpg'), 'Faces/k/face1_IMG.jpg~');
  const names = ['face1_IMG.jpg', 'face1_IMG.jpg~', 'FACE1_IMG.jpg', 'face12_a', 'face1_', 'face_1', 'IMG.jpg', 'a'];
  const paths = names.flatMap((first) => [`${first}/x.jpg`, ...names.map((second) => `${first}/${second}/x.jpg`)]);
  const folders = paths.map((path) => cropFolder(path));
  assert.equal(new Set(folders).size, paths.length, 'two folders meet');
  const parts = new Set(folders.flatMap((folder) => folder.toLowerCase().split('/')));
  for (const name of names) {
    const crop = `face1_${cropName(name)}`.toLowerCase();
    assert.ok(!parts.has(crop), `${crop} is a folder and a crop`);
  }
});

test('no two names of up to four parts meet', () => {
  const parts = ['jpg', 'jpeg', 'png', 'photo', 'x', 'JPG', ''];
  let names = ['a', '', 'b'];
  const all = new Set(names);
  for (let depth = 0; depth < 4; depth += 1) {
    names = names.flatMap((name) => parts.map((part) => `${name}.${part}`));
    for (const name of names) all.add(name);
  }
  all.delete('');
  const crops = new Map<string, string>();
  for (const name of all) {
    const crop = cropName(name);
    assert.equal(crops.get(crop), undefined, `${name} and ${crops.get(crop)} share ${crop}`);
    crops.set(crop, name);
  }
});

test('a very long name stays within what file systems allow, and apart from its like', () => {
  const long = [
    `${'é'.repeat(125)}.jpg`,
    `${'é'.repeat(125)}.jpe`,
    `x${'é'.repeat(124)}.jpg`,
    `${'\\xff'.repeat(250)}.jpg`,
  ];
  const crops = long.map(cropName);
  assert.equal(new Set(crops).size, long.length);
  for (const crop of crops) {
    const bytes = pathToBytes(crop).length;
    assert.ok(bytes > 210 && bytes < 230, `${bytes} bytes`);
  }
  assert.ok(!crops[0]?.includes('\\x'), 'a character was cut in two');
});

test('folders longer than any disk takes are shortened, and stay apart from each other and from all others', () => {
  const long = 'é'.repeat(150);
  const folder = (name: string): string => cropFolder(`${name}/x.jpg`);
  const ordinary = ['a'.repeat(255), `face1_${'a'.repeat(248)}`, long.slice(0, 100)];
  for (const name of ordinary) assert.ok(folder(name).startsWith(`Faces/${name}`), name);
  const own = folder(long).slice('Faces/'.length);
  const names = [
    long,
    `${long}x`,
    `${'a'.repeat(255)}b`,
    `face1_${'a'.repeat(249)}`,
    `face1_${'a'.repeat(300)}`,
    own,
    folder(own).slice(6),
  ];
  const folders = [...ordinary, ...names].map(folder);
  assert.equal(new Set(folders).size, folders.length, 'two folders meet');
  for (const path of folders) {
    for (const part of path.split('/')) assert.ok(pathToBytes(part).length <= 255, part);
    assert.ok(!/^face\d+_.*\.jpe?g$/i.test(path.split('/')[1] ?? ''), 'a folder is named like a crop');
  }
  assert.equal(folder(long), folder(long));
});

test('paths deeper than any disk takes become one folder', () => {
  const deep = (end: string): string => cropFolder(`${'abc/'.repeat(2000)}${end}/x.jpg`);
  assert.ok(pathToBytes(deep('a')).length < 255);
  assert.equal(deep('a').split('/').length, 2);
  assert.notEqual(deep('a'), deep('b'));
  assert.equal(cropFolder(`${'abc/'.repeat(500)}x.jpg`), `Faces/${'abc/'.repeat(500).slice(0, -1)}`);
});
