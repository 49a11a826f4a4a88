/** The exported tables, byte for byte, and read back by a strict CSV reader of our own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssignedFace, Person, Photo } from '../../../src/config/domain.js';
import { coAppear } from '../../../src/network/index.js';
import { edgesCsv, edgesJson, facesCsv, facesJson, peopleCsv, peopleJson } from '../../../src/report/index.js';
import { ASSIGNED_UNKNOWNS, PHOTO_UNKNOWNS } from '../../samples.js';

const AWKWARD = 'x,"y"\n\r<é>\\xff.jpg';

const photos: readonly Photo[] = [
  {
    id: 'b1',
    path: 'b.jpg',
    paths: ['b.jpg'],
    width: 100,
    height: 100,
    takenAt: '1997-08-04T10:29:00',
    make: 'Canon, Inc.',
    model: 'EOS "5"',
    serial: null,
    ...PHOTO_UNKNOWNS,
  },
  {
    id: 'a1',
    path: AWKWARD,
    paths: [AWKWARD],
    width: 100,
    height: 100,
    takenAt: null,
    make: null,
    model: null,
    serial: null,
    ...PHOTO_UNKNOWNS,
  },
];

function face(id: string, photoId: string, ordinal: number, personId: string | null): AssignedFace {
  return {
    id,
    photoId,
    ordinal,
    box: { x: -0.001, y: 10.126, width: 33.333333, height: 40 },
    score: 0.1 + 0.2,
    points: [],
    crop: personId === null ? null : `Faces/face${ordinal}_b.jpg`,
    ...ASSIGNED_UNKNOWNS,
    personId,
    distance: personId === null ? null : 1e-7,
  };
}

const faces = [
  face('f4', 'a1', 2, 'pb'),
  face('f3', 'a1', 1, 'pa'),
  face('f2', 'b1', 2, null),
  face('f1', 'b1', 1, 'pa'),
  face('f5', 'b1', 3, 'pb'),
];
const people: readonly Person[] = [
  { id: 'pa', name: 'Ana, "A"', faceIds: ['f1', 'f3'], photos: 2, cohesion: null, doubt: null },
  { id: 'pb', name: null, faceIds: ['f5', 'f4'], photos: 2, cohesion: null, doubt: null },
];
const network = coAppear({ photos, faces });

/** RFC 4180, nothing else: rows of cells. */
function parse(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < csv.length) {
    let cell = '';
    if (csv[at] === '"') {
      at += 1;
      while (csv[at] !== '"' || csv[at + 1] === '"') {
        assert.ok(at < csv.length, 'a quoted cell does not end');
        if (csv[at] === '"') at += 1;
        cell += csv[at];
        at += 1;
      }
      at += 1;
    } else {
      while (csv[at] !== ',' && csv[at] !== '\n') {
        assert.ok(csv[at] !== '"' && csv[at] !== '\r', 'a bare quote or carriage return');
        cell += csv[at];
        at += 1;
      }
    }
    row.push(cell);
    if (csv[at] === '\n') {
      rows.push(row);
      row = [];
    }
    at += 1;
  }
  return rows;
}

const text = (chunks: Iterable<string>): string => [...chunks].join('');

test('writes the faces with the documented header, precision and order', () => {
  const [header, ...rows] = parse(text(facesCsv({ photos, faces, people })));
  assert.deepEqual(
    header?.join(','),
    'photo,face,x,y,width,height,score,person,distance,taken_at,make,model,name,photo_id,crop,' +
      'quality,sharpness,pose,brightness,size_px,tier,paths,latitude,longitude,serial,occasion,age,gender',
  );
  assert.deepEqual(rows[0], [
    'b.jpg',
    'f1',
    '0',
    '10.13',
    '33.33',
    '40',
    '0.3',
    'pa',
    '0',
    '1997-08-04T10:29:00',
    'Canon, Inc.',
    'EOS "5"',
    'Ana, "A"',
    'b1',
    'Faces/face1_b.jpg',
    ...['', '', '', '', '', '', '1', '', '', '', '', '', ''],
  ]);
  assert.deepEqual(rows[1]?.slice(6, 9), ['0.3', '', '']);
  assert.deepEqual(
    rows.map((row) => row[1]),
    ['f1', 'f2', 'f5', 'f3', 'f4'],
  );
  assert.equal(rows[3]?.[0], AWKWARD);
  assert.ok(rows.every((row) => row.length === 28));
});

test('writes what was measured of a face and its photograph', () => {
  const [photo] = photos as readonly [Photo];
  const quality = { score: 0.123456, sharpness: 1, pose: 0, brightness: 0.5, sizePx: 33.333 };
  const input = {
    photos: [
      { ...photo, paths: ['b.jpg', 'c.jpg'], latitude: -1.23456789, longitude: 2, serial: 'S', occasionId: 'a1' },
    ],
    faces: [{ ...face('f1', 'b1', 1, null), quality, age: 30.04, gender: 0.33333 }],
    people: [],
    tierOf: () => 3 as const,
  };
  const [, row] = parse(text(facesCsv(input)));
  assert.equal(row?.slice(15).join(), '0.1235,1,0,0.5,33.33,3,2,-1.2345679,2,S,a1,30,0.3333');
});

test('leaves text as it is, and puts an apostrophe before formulas only when asked', () => {
  const risky = ['=1+1', '+1', '-a.jpg', '@sum', '\tx', '\rx', 'plain', "'quoted"];
  const input = {
    photos: risky.map((path, at) => ({ ...(photos[0] as Photo), id: String(at), path, paths: [path] })),
    faces: risky.map((_, at) => face(`f${at}`, String(at), 1, null)),
    people: [],
  };
  const cells = (style = {}): string[] =>
    parse(text(facesCsv(input, style)))
      .slice(1)
      .map((row) => row[0] ?? '');
  assert.deepEqual(new Set(cells()), new Set(risky));
  const safe = cells({ forSpreadsheets: true });
  assert.ok(safe.every((cell) => !/^[=+\-@\t\r]/.test(cell)));
  assert.deepEqual(new Set(safe), new Set(risky.map((path) => (/^[=+\-@\t\r]/.test(path) ? `'${path}` : path))));
  // A box left of the picture has a negative number, which is no formula.
  assert.ok(
    parse(
      text(
        facesCsv(
          { ...input, faces: [{ ...face('f', '0', 1, null), box: { x: -5, y: 0, width: 1, height: 1 } }] },
          { forSpreadsheets: true },
        ),
      ),
    )[1]?.[2] === '-5',
  );
});

test('writes the same bytes for the same faces in another order', () => {
  assert.equal(
    text(facesCsv({ photos: [...photos].reverse(), faces: [...faces].reverse(), people })),
    text(facesCsv({ photos, faces, people })),
  );
});

test('writes edges with the paths of their photographs as a JSON array', () => {
  const rows = parse(text(edgesCsv(network, photos)));
  assert.deepEqual(rows[0], ['source', 'target', 'weight', 'photos']);
  assert.equal(rows.length, 2);
  assert.deepEqual(rows[1]?.slice(0, 3), ['pa', 'pb', '2']);
  assert.deepEqual(JSON.parse(rows[1]?.[3] ?? ''), ['b.jpg', AWKWARD]);
  assert.deepEqual(JSON.parse(text(edgesJson(network, photos))), [
    { source: 'pa', target: 'pb', weight: 2, photos: ['b.jpg', AWKWARD] },
  ]);
});

test('writes the persons', () => {
  assert.equal(
    text(peopleCsv(network, people)),
    'person,name,photos,faces,connections,strength,best_face\n' + 'pa,"Ana, ""A""",2,2,1,2,f1\npb,,2,2,1,2,f5\n',
  );
  assert.deepEqual(JSON.parse(text(peopleJson(network, people)))[1], {
    person: 'pb',
    name: null,
    photos: 2,
    faces: 2,
    connections: 1,
    strength: 2,
    best_face: 'f5',
  });
});

test('writes JSON as an indented array, and an empty one as such', () => {
  const json = text(facesJson({ photos, faces, people }));
  assert.equal(json, `${JSON.stringify(JSON.parse(json), null, 2)}\n`);
  assert.equal(text(facesJson({ photos: [], faces: [], people: [] })), '[]\n');
  assert.equal(parse(text(facesCsv({ photos: [], faces: [], people: [] }))).length, 1);
});

test('writes tables longer than one chunk without a seam', () => {
  const many = Array.from({ length: 2500 }, (_, number) =>
    face(`f${String(number).padStart(5, '0')}`, 'b1', number + 1, 'pa'),
  );
  const input = { photos, faces: many, people };
  assert.equal(parse(text(facesCsv(input))).length, 2501);
  assert.equal(JSON.parse(text(facesJson(input))).length, 2500);
});

test('rows sort by the UTF-8 bytes of their paths, as the store sorts them', () => {
  const names = ['a😀.jpg', 'a\uff5e.jpg'];
  const paths = names.map((path, at) => ({ ...(photos[0] as Photo), id: String(at), path, paths: [path] }));
  const rows = facesJson({ photos: paths, faces: [face('x', '0', 1, null), face('y', '1', 1, null)], people: [] });
  const records = JSON.parse([...rows].join('')) as { photo: string }[];
  assert.deepEqual(
    records.map((record) => record.photo),
    [...names].reverse(),
  );
});
