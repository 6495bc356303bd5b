import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { isRetriable } from '../errors.js';
import { errorBody, HttpError, type HttpErrorBody } from './http-error.js';

export interface ErrorAnswer {
  readonly statusCode: number;
  readonly body: HttpErrorBody;
  /** Whether it is our fault and belongs into the log as an error. */
  readonly ours: boolean;
}

/** What fastify's own errors are called here; their messages are for developers of the service, not for callers. */
const FRAMEWORK: Readonly<Record<string, readonly [number, string, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'too-large', 'the request body is too large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported-media-type', 'expected content-type application/json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed-json', 'expected JSON, the body is empty'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'malformed-json', 'the body is not valid JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'invalid-request', 'the body is not as long as content-length says'],
  FST_ERR_BAD_URL: [400, 'invalid-request', 'the path is not a valid URL'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'too-long', 'a part of the path is too long'],
  FST_ERR_ASYNC_CONSTRAINT: [400, 'invalid-request', 'the request cannot be read'],
};

/** Turns whatever a route threw into the answer for the caller: no stack traces, no words of ours that are not meant for them. */
export function toAnswer(error: unknown): ErrorAnswer {
  if (error instanceof HttpError) {
    return answer(error.statusCode, error.code, error.message, error.field, error.statusCode === 500);
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const field = first?.instancePath.split('/').filter(Boolean).join('.');
    return answer(400, 'invalid-request', first?.message ?? 'the request is not as expected', field);
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const known = FRAMEWORK[code];
  if (known) return answer(...known);
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (code.startsWith('FST_') && status >= 400 && status < 500) {
    return answer(status, 'invalid-request', 'the request cannot be answered as it is');
  }
  if (error instanceof SyntaxError && 'statusCode' in error) {
    return answer(400, 'malformed-json', 'the body is not valid JSON');
  }
  if (isRetriable(error)) return answer(503, 'unavailable', 'a dependency does not answer; try again');
  return answer(500, 'internal', 'something went wrong on our side', undefined, true);
}

function answer(statusCode: number, code: string, message: string, field?: string, ours = false): ErrorAnswer {
  return { statusCode, body: errorBody(code, message, field), ours };
}
