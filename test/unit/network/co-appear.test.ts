/**
 * The projection person × photograph → edges, on cases small enough to count
 * by hand, and its invariants.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssignedFace, Photo } from '../../../src/config/domain.js';
import { FaceweaveError } from '../../../src/config/error.js';
import { coAppear } from '../../../src/network/index.js';
import { ASSIGNED_UNKNOWNS, PHOTO_UNKNOWNS } from '../../samples.js';

function photo(id: string, path = `${id}.jpg`, takenAt: string | null = null): Photo {
  return {
    id,
    path,
    paths: [path],
    width: 100,
    height: 80,
    takenAt,
    make: null,
    model: null,
    serial: null,
    ...PHOTO_UNKNOWNS,
  };
}

let faceNumber = 0;
function face(photoId: string, personId: string | null): AssignedFace {
  faceNumber += 1;
  return {
    id: faceNumber.toString(16).padStart(16, '0'),
    photoId,
    ordinal: 1,
    box: { x: 0, y: 0, width: 10, height: 10 },
    score: 1,
    points: [],
    crop: null,
    ...ASSIGNED_UNKNOWNS,
    personId,
    distance: personId === null ? null : 0.2,
  };
}

function show(photoId: string, ...persons: (string | null)[]): AssignedFace[] {
  return persons.map((person) => face(photoId, person));
}

test('counts the photographs that show both, listed by path', () => {
  const network = coAppear({
    photos: [photo('1', 'z.jpg'), photo('2', 'a.jpg'), photo('3', 'm.jpg')],
    faces: [...show('1', 'pb', 'pa'), ...show('2', 'pa', 'pb', 'pc'), ...show('3', 'pc')],
  });
  assert.deepEqual(network.edges, [
    { source: 'pa', target: 'pb', weight: 2, photoIds: ['2', '1'] },
    { source: 'pa', target: 'pc', weight: 1, photoIds: ['2'] },
    { source: 'pb', target: 'pc', weight: 1, photoIds: ['2'] },
  ]);
  assert.deepEqual(network.persons, [
    { id: 'pa', photos: 2, faces: 2, degree: 2, strength: 3 },
    { id: 'pb', photos: 2, faces: 2, degree: 2, strength: 3 },
    { id: 'pc', photos: 2, faces: 2, degree: 2, strength: 2 },
  ]);
});

test('counts a person twice in a photograph once and never joins a person to itself', () => {
  const network = coAppear({
    photos: [photo('1'), photo('2')],
    faces: [...show('1', 'pa', 'pa', 'pb'), ...show('2', 'pa', 'pa')],
  });
  assert.deepEqual(network.edges, [{ source: 'pa', target: 'pb', weight: 1, photoIds: ['1'] }]);
  assert.equal(network.persons[0]?.photos, 2);
  assert.equal(network.persons[0]?.faces, 4);
  assert.equal(network.coverage.repeatedFaces, 2);
});

test('keeps photographs of one file name in two folders apart', () => {
  const network = coAppear({
    photos: [photo('1', '2001/IMG_1.jpg'), photo('2', '2009/IMG_1.jpg')],
    faces: [...show('1', 'pa'), ...show('2', 'pb')],
  });
  assert.deepEqual(network.edges, []);
});

test('hides small persons and weak edges, and everything still adds up', () => {
  const photos = ['1', '2', '3', '4'].map((id) => photo(id));
  const faces = [
    ...show('1', 'pa', 'pb', 'pc'),
    ...show('2', 'pa', 'pb'),
    ...show('3', 'pa', 'pd'),
    ...show('4', 'pd'),
  ];
  const whole = coAppear({ photos, faces });
  const cut = coAppear({ photos, faces, minWeight: 2, minSize: 2 });
  assert.deepEqual(
    cut.persons.map((person) => person.id),
    ['pa', 'pb', 'pd'],
  );
  assert.deepEqual(
    cut.edges.map((edge) => [edge.source, edge.target]),
    [['pa', 'pb']],
  );
  assert.deepEqual(cut.hidden, { persons: 1, edgesOfHiddenPersons: 2, edgesBelowMinWeight: 1 });
  assert.equal(cut.persons.length + cut.hidden.persons, whole.persons.length);
  assert.equal(cut.edges.length + cut.hidden.edgesOfHiddenPersons + cut.hidden.edgesBelowMinWeight, whole.edges.length);
  // Degree and strength are those of what is shown.
  assert.deepEqual(
    cut.persons.map(({ degree, strength }) => [degree, strength]),
    [
      [1, 2],
      [1, 2],
      [0, 0],
    ],
  );
});

test('says what the network rests on, in numbers that add up', () => {
  const { coverage } = coAppear({
    photos: [photo('1', '1.jpg', '1997-08-04T10:29:00'), photo('2'), photo('3'), photo('4')],
    faces: [...show('1', 'pa', 'pb', null), ...show('2', 'pa'), ...show('3', null)],
  });
  assert.deepEqual(coverage, {
    photos: 4,
    photosWithoutFaces: 1,
    photosWithoutPersons: 1,
    photosWithOnePerson: 1,
    photosWithSeveralPersons: 1,
    undatedPhotos: 3,
    faces: 5,
    assignedFaces: 3,
    unassignedFaces: 2,
    repeatedFaces: 0,
  });
});

test('does not depend on the order of photographs and faces', () => {
  const photos = [...'abcdefgh'].map((id) => photo(id, `${id.charCodeAt(0) % 3}/${id}.jpg`));
  const faces = photos.flatMap(({ id }, number) =>
    show(id, `p${number % 3}`, `p${(number * 5) % 4}`, number % 2 === 0 ? null : 'p9'),
  );
  const expected = coAppear({ photos, faces, minWeight: 2 });
  assert.deepEqual(coAppear({ photos: [...photos].reverse(), faces: [...faces].reverse(), minWeight: 2 }), expected);
});

test('makes 4,950 edges of one photograph with a hundred persons', () => {
  const persons = Array.from({ length: 100 }, (_, number) => `p${number}`);
  const network = coAppear({ photos: [photo('1')], faces: show('1', ...persons) });
  assert.equal(network.edges.length, 4950);
  assert.ok(network.edges.every((edge) => edge.source < edge.target && edge.weight === 1));
  assert.ok(network.persons.every((person) => person.degree === 99));
});

test('refuses a face of a photograph it was not given', () => {
  assert.throws(
    () => coAppear({ photos: [], faces: show('1', 'pa') }),
    (error) => error instanceof FaceweaveError && error.code === 'NETWORK_INPUT',
  );
});

test('paths sort by their UTF-8 bytes, as the store sorts them', () => {
  const photos = [photo('1', 'a😀.jpg'), photo('2', 'a\uff5e.jpg')];
  const { edges } = coAppear({ photos, faces: [...show('1', 'pa', 'pb'), ...show('2', 'pa', 'pb')] });
  assert.deepEqual(edges[0]?.photoIds, ['2', '1']);
});
