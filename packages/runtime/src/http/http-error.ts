/** The body of every answer that is an error. Its schema is `errorBodySchema` of the contracts; a test there keeps them equal. */
export interface HttpErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly field?: string };
}

/** An answer that is not a success, thrown by a handler; everything in it is shown to the caller. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(statusCode: number, code: string, message: string, field?: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.field = field;
  }
}

export function errorBody(code: string, message: string, field?: string): HttpErrorBody {
  return { error: { code, message, ...(field !== undefined && field !== '' && { field }) } };
}
