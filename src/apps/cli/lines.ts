import { StringDecoder } from 'node:string_decoder';

const MAX_LINE = 16 << 20;

/** Lines of a stream, without their end; the last one counts without a newline. A line over 16 MiB is cut there. */
export async function* linesOf(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.write(chunk);
    let from = 0;
    for (let at = rest.indexOf('\n', from); at !== -1; at = rest.indexOf('\n', from)) {
      yield rest.slice(from, at).replace(/\r$/, '');
      from = at + 1;
    }
    rest = rest.slice(from);
    if (rest.length > MAX_LINE) {
      yield rest.slice(0, MAX_LINE);
      rest = '';
    }
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
