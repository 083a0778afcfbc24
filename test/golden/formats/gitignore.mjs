import { IgnoreScope } from '../../../dist/realdir/ignore/ignore-rules.js';
import { bytesOfText, textOfBytes } from '../../../dist/util/byte-string.js';

/** Asks for every parent from the top; below an ignored directory nothing counts any more. */
function decide({ ignoreFiles, path, isDir }) {
  const read = (file) => (ignoreFiles[file] === undefined ? null : Buffer.from(ignoreFiles[file]));
  const components = path.split('/');
  let scope = IgnoreScope.root(read('info/exclude'), read('.gitignore'));
  for (const [depth, component] of components.entries()) {
    const name = bytesOfText(component);
    const isDirectory = isDir || depth < components.length - 1;
    const ignored = scope.ignores(name, isDirectory);
    if (ignored && !scope.mayIgnore) throw new Error(`${component} is ignored, but mayIgnore says that nothing is`);
    if (ignored || depth === components.length - 1) return { ignored, by: describe(scope.deciding(name, isDirectory)) };
    scope = scope.enter(name, read(`${components.slice(0, depth + 1).join('/')}/.gitignore`));
  }
}

function describe(rule) {
  return rule === null ? undefined : `${textOfBytes(rule.file)}:${rule.line}:${textOfBytes(rule.pattern)}`;
}

function check(entry) {
  const actual = JSON.stringify(decide(entry));
  const expected = JSON.stringify({ ignored: entry.ignored, by: entry.by });
  if (actual !== expected) {
    throw new Error(`files ${JSON.stringify(entry.ignoreFiles)}, path ${JSON.stringify(entry.path)}, directory ${entry.isDir}:
expected ${expected}, got ${actual}`);
  }
}

/** `{ignoreFiles, path, isDir, ignored, by}`. */
export const format = {
  name: 'gitignore',
  accepts: (relativeFile) => /(^|[^a-z])gitignore([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) {
      yield { title: `${entry.path}${entry.isDir ? '/' : ''} with ${JSON.stringify(entry.ignoreFiles)}`, run: () => check(entry) };
    }
  },
};
