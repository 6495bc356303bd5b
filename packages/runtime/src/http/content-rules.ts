import type { HttpServer } from './create-http-server.js';
import { HttpError } from './http-error.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * What bodies are taken: JSON in UTF-8, as it is. Bytes that are no UTF-8 would be read as U+FFFD, and two ids so become one; a compressed body
 * may be a thousand times what its limit says.
 */
export function addContentRules(server: HttpServer): void {
  server.addHook('preParsing', async (request) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
      throw new HttpError(
        415,
        'unsupported-media-type',
        'expected a body without content-encoding',
        'content-encoding',
      );
    }
  });
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    let text: string;
    try {
      text = decoder.decode(typeof body === 'string' ? Buffer.from(body) : body);
    } catch {
      done(new HttpError(400, 'malformed-json', 'the body is not UTF-8'));
      return;
    }
    void parseJson(request, text, done);
  });
}
