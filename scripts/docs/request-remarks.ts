/**
 * For docs/reference/compatibility.md: where requests to REST APIs are treated otherwise than AWS treats them, on purpose, and
 * what of it we had to guess. Lines of Markdown.
 */

/** Stricter than AWS. */
export const departures: readonly string[] = [
  '- **Dots in the path of a back end**: a value that is mapped into the path of an integration never leads out of the URI that',
  '  the definition names. A path that got a `.` or `..` segment from a value (of the path, the greedy `{proxy+}` too, the query,',
  '  a header, the body, or a template) is refused with BAD_REQUEST_PARAMETERS, however it is written: `%2e%2e`, `..%2F`, `..%5C`,',
  '  `..;x`. Functions get such paths in their events.',
  '- **Addresses of a machine’s own secrets** (link-local ones, those of cloud metadata) are called only where `--allow-target`',
  '  names them.',
  '- **Bounds of validation**: a body that is too large or too deeply nested to be held against its model in time is refused with',
  '  BAD_REQUEST_BODY.',
  '- **Signatures** (AWS_IAM): `X-HTTP-Method-Override` must be signed where it makes another verb of the request, and nothing that',
  '  belongs to a signature may be there twice (`X-Amz-Signature`, a name among the signed headers).',
]

export const requestGuesses: readonly string[] = [
  '- **Host**: a `Host` header that a mapping or a template sets is sent in place of the one that the URI names.',
  '- **Queries**: AWS documents that `|`, `{` and `}` must be encoded, not what becomes of raw ones: 400 `Bad Request` here.',
  '- **Bodies that are no JSON**: for a function without proxy 400 with the text of its parser; where a mapping reads a part of a',
  '  body that begins like JSON, 400 `Invalid JSON in request body`; where a model is to be held against it, BAD_REQUEST_BODY with',
  '  `[Unknown error parsing request body]` as `$context.error.validationErrorString`. No body at all counts as `{}` for models.',
  '- **Requests that lead nowhere with an Authorization header**: AWS reads it as a signature; here in the words of recorded',
  '  answers, `… not a valid key=value pair …`. Since 2025 AWS writes the SHA-256 digest of the header in its place.',
  '- **Blanks**: `{"message": "…"}` of what fails while a method is carried out has a blank, as recorded of most; of',
  '  UNSUPPORTED_MEDIA_TYPE that is a guess.',
  '- **Bodies that are too large**: `HTTP content length exceeded … bytes.` is plain text; what is too large for a function only',
  '  is 413 `Request Too Long`, whatever the type of the integration.',
  '- **Headers of the gateway itself** in answers of back ends and functions: `x-amz-apigw-id` is left out, and so is',
  '  `X-Amzn-Trace-Id` where the gateway writes its own. A gateway response cannot set `x-amzn-RequestId` and `x-amz-apigw-id`.',
  '- **Tests of methods**: one of ANY that is tested by that name is called with GET; a streamed answer that breaks off shows what came.',
  '- **A DryRun** asked for by `X-Amz-Invocation-Type` is refused.',
  '- **Slashes** between stage and path count as one for routes, policies and functions, while `requestContext.path` keeps them.',
  '- **Names in the query of a URI** (`http://…/pets?id={id}`) are filled in like those of its path, encoded so that a value adds no',
  '  parameter; one that nothing is mapped to is API_CONFIGURATION_ERROR.',
  '- **HEAD**: `Content-Length` is 0, as in two published answers of AWS to `curl -I` that are refusals, not the length that GET',
  '  would have; of other answers than refusals that is a guess.',
  '- **Long headers of answers**: more than 64 KB, or more than 1000 headers, of a back end or of a function are',
  '  502, of mappings and templates 500; AWS documents a bound for requests only.',
  '- **Gateway responses**: headers that say how an answer is framed (`Content-Length`, `Connection`, …) are left out. An entry that',
  '  sets no status has that of DEFAULT_4XX or DEFAULT_5XX, else that of the refusal (a failed function stays 502); one that has',
  '  AWS’s own template has the built-in body, `Message` of ACCESS_DENIED included.',
]
