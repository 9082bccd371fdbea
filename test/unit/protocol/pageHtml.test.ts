import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { pageHtml } from '../../../src/protocol/pageHtml';

const parts = {
  title: 'Inference Lens',
  cspSource: 'https://*.vscode-cdn.net',
  nonce: 'c29tZS1yYW5kb20tYnl0ZXM=',
  scriptUri: 'https://file.vscode-cdn.net/dist/webview/panel.js',
  styleUri: 'https://file.vscode-cdn.net/dist/webview/panel.css',
};

describe('pageHtml', () => {
  const html = pageHtml(parts);
  const policy = /content="(default-src[^"]*)"/.exec(html)?.[1] ?? '';

  it('forbids everything and allows this script, these styles, these pictures', () => {
    const emptyHash = createHash('sha256').update('').digest('base64');
    assert.deepEqual(policy.split('; '), [
      `default-src 'none'`,
      `script-src 'nonce-${parts.nonce}'`,
      `style-src https://*.vscode-cdn.net 'sha256-${emptyHash}'`,
      'img-src https://*.vscode-cdn.net',
      'font-src https://*.vscode-cdn.net',
    ]);
    assert.doesNotMatch(html, /unsafe-/);
  });

  it('has one script, with the nonce, and nothing inline', () => {
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.match(html, new RegExp(`<script nonce="${parts.nonce}" src="[^"]+"></script>`));
    assert.doesNotMatch(html, / style=| on[a-z]+=/);
  });

  it('keeps text in its place', () => {
    const hostile = pageHtml({
      ...parts,
      title: '</title><script>alert(1)</script>',
      styleUri: '"><script>',
    });
    assert.equal(hostile.match(/<script/g)?.length, 1);
  });

  it('refuses a nonce or a source that would break out', () => {
    assert.throws(() => pageHtml({ ...parts, nonce: 'short' }), RangeError);
    assert.throws(() => pageHtml({ ...parts, nonce: `x' 'unsafe-inline' 'y--------` }), RangeError);
    assert.throws(() => pageHtml({ ...parts, cspSource: `*; script-src 'unsafe-inline'` }), RangeError);
  });
});
