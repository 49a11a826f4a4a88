/**
 * One open database with its prepared statements, transactions and row reading.
 * The queries of each topic are written on top of it, and only see this.
 */
import { endianness } from 'node:os';
import { FaceweaveError } from '../config/error.js';
import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from './sqlite-open.js';

/** Bytes of one f32. */
const FLOAT_BYTES = 4;
const IS_BIG_ENDIAN = endianness() === 'BE';

/** Statements are prepared once a connection; a transaction is all or nothing. */
export interface SqlSession {
  /** The statement of this text, prepared at its first use. */
  sql(text: string): SqlStatement;
  /** Runs `work` in one transaction; whatever it throws undoes it. */
  transaction<Result>(work: () => Result): Result;
  /** Lets go of the prepared statements; before the database is closed. */
  release(): void;
}

/** Wraps an open database. */
export function createSession(database: SqlDatabase): SqlSession {
  const statements = new Map<string, SqlStatement>();
  return {
    sql(text) {
      const known = statements.get(text);
      if (known !== undefined) return known;
      const statement = database.prepare(text);
      statements.set(text, statement);
      return statement;
    },
    transaction(work) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (cause) {
        rollBack(database);
        throw cause;
      }
    },
    release() {
      statements.clear();
    },
  };
}

/** SQLite ends the transaction itself on some errors (disk full); a second ROLLBACK must not hide the first cause. */
function rollBack(database: SqlDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // Nothing is open any more: already rolled back.
  }
}

/** A text column that is never NULL. */
export function readText(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw unexpectedValue(column, 'text', value);
}

/** A text column that may be NULL. */
export function readTextOrNull(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : readText(row, column);
}

/** A number column that is never NULL. */
export function readNumber(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw unexpectedValue(column, 'a number', value);
}

/** A number column that may be NULL. */
export function readNumberOrNull(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : readNumber(row, column);
}

/** A blob column that is never NULL. */
export function readBytes(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw unexpectedValue(column, 'bytes', value);
}

/** Numbers as a blob of little-endian f32. On little-endian machines a view, so it must be used at once. */
export function floatsToBytes(numbers: Float32Array): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return IS_BIG_ENDIAN ? Buffer.from(bytes).swap32() : bytes;
}

/** Copies a blob of little-endian f32 into `target` from number `offset` on. */
export function copyFloats(bytes: Uint8Array, target: Float32Array, offset: number): void {
  const source = IS_BIG_ENDIAN ? Buffer.from(bytes).swap32() : bytes;
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(source, offset * FLOAT_BYTES);
}

/** An error about what the caller handed to the store. */
export function argumentError(message: string): FaceweaveError {
  return new FaceweaveError(message, { code: 'STORE_ARGUMENT' });
}

function unexpectedValue(column: string, expected: string, value: SqlValue | undefined): FaceweaveError {
  const found = value === null || value === undefined ? 'nothing' : typeof value;
  return new FaceweaveError(`the database holds ${found} in column ${column} where ${expected} belongs`, {
    code: 'STORE_DAMAGED',
  });
}
