import * as z from 'zod/mini';
import { LIMITS } from './limits';

/** Building blocks of message schemas: every string and array has a most. */
export const label = z.string().check(z.maxLength(LIMITS.label));
export const identifier = z.string().check(z.minLength(1), z.maxLength(LIMITS.label));
export const paragraph = z.string().check(z.maxLength(LIMITS.paragraph));
export const flag = z.boolean();
/** Finite; zod refuses NaN and infinities. */
export const amount = z.number();
export const positive = z.number().check(z.gte(0));
export const requestId = z.int().check(z.gte(1));
/** The request that a message answers; null for what the host says unasked. */
export const inReplyTo = z.nullable(requestId);

export function atMost<T extends z.core.SomeType>(item: T, most: number) {
  return z.array(item).check(z.maxLength(most));
}

export function count(most: number) {
  return z.int().check(z.gte(1), z.lte(most));
}
