import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html, Html, pathHtml, shownName } from '../../src/report/page/html.js';

test('text that is put in has no character by which it could leave its place', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    expect(html`${text}`.text).not.toMatch(/[<>"'\n\r\0\u2028\u202e]|&(?!(amp|lt|gt|quot|#39);)/);
  }));
});

test('the same text can be read from it', () => {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'&<>"\'a;#') }), (text) => {
    expect(html`${text}`.text.replace(/&([^;]+);/g, (_whole, name: string) => entities[name] ?? '')).toBe(text);
  }));
});

test('HTML is put in as it is, one after the other', () => {
  expect(html`<p>${[html`<b>${1}</b>`, new Html('<i>')]}</p>`.text).toBe('<p><b>1</b><i></p>');
});

test.each([
  ['a\xffb', 'a\\xffb'],
  ['two\nlines', 'two\\x0alines'],
  ['\xe2\x80\xaegnp.exe', '\\u202egnp.exe'],
])('the name %j is shown as %s', (name, shown) => {
  expect(shownName(name)).toBe(shown);
  expect(pathHtml(name).text).toBe(`<bdi class="path">${shown}</bdi>`);
});

test('the middle of a long name is left out', () => {
  expect(shownName('ab'.repeat(1000))).toMatch(/^(ab){50,}a? … b?(ab){50,}$/);
});
