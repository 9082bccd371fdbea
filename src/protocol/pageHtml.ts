/**
 * The one style that the webview toolkit puts into a page without a nonce is empty; this is the SHA-256 of nothing, which lets
 * it pass without letting `unsafe-inline` in.
 */
const EMPTY_STYLE_HASH = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

const NONCE = /^[A-Za-z0-9+/_-]{16,128}={0,2}$/;

export interface PageParts {
  /** What a screen reader calls the page. */
  title: string;
  /** `webview.cspSource`: where the page's own files come from. */
  cspSource: string;
  /** From a cryptographic random source, new for every page: at least 16 characters of base64. */
  nonce: string;
  scriptUri: string;
  styleUri: string;
}

/**
 * The whole document of a webview: an empty body that the script fills, under a content security policy that lets only
 * this script run and only the extension's own files load.
 * @throws {RangeError} for a nonce or a CSP source that would break out of its place.
 */
export function pageHtml(parts: PageParts): string {
  if (!NONCE.test(parts.nonce)) throw new RangeError('A nonce is 16 to 128 characters of base64.');
  if (/[;,"<>]/.test(parts.cspSource)) throw new RangeError('A CSP source holds no separators.');
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${parts.nonce}'`,
    `style-src ${parts.cspSource} '${EMPTY_STYLE_HASH}'`,
    `img-src ${parts.cspSource}`,
    `font-src ${parts.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeAttribute(parts.title)}</title>
<link rel="stylesheet" href="${escapeAttribute(parts.styleUri)}">
</head>
<body>
<script nonce="${parts.nonce}" src="${escapeAttribute(parts.scriptUri)}"></script>
</body>
</html>
`;
}

function escapeAttribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
