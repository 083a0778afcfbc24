import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../src');
const MAX_LINES = 300;
const MAX_WIDTH = 140;
const CODE = /\.(ts|mjs|cjs)$/;

const FS_MODULES = ['fs', 'node:fs', 'fs/promises', 'node:fs/promises'];
const WRITING_CALLS =
  'appendFile|l?f?chmod|l?f?chown|copyFile|cp|createWriteStream|link|mkdir|mkdtemp|rename|rm|rmdir|symlink|f?truncate|unlink|' +
  '[lf]?utimes|write|writev|writeFile';
const WRITING_CALL = new RegExp(`^(${WRITING_CALLS})(Sync)?$`);
const CLI_ONLY = /^(argv|env|exit|exitCode|stderr|stdin|stdout)$/;
const WRITING_FLAG = /^O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)$/;

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

const files = fs.readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const sources = files.map((file) => {
  const text = fs.readFileSync(path.join(SRC, file), 'utf8');
  return { file, text, tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) };
});

/** Where the syntax trees of the files outside `allowed` (folders of src) have a node that `isWrong`. */
function findings(allowed: readonly string[], isWrong: (node: ts.Node, tree: ts.SourceFile) => boolean): Finding[] {
  const found: Finding[] = [];
  for (const { file, tree } of sources) {
    if (allowed.some((folder) => file.startsWith(`${folder}/`))) continue;
    const visit = (node: ts.Node): void => {
      if (isWrong(node, tree)) {
        const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
        found.push({ file, line: line + 1, code: node.getText().slice(0, 80) });
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  return found;
}

/** Local name → name in `modules`, of everything that the file imports; a module as a whole is `*`. */
function importsOf(tree: ts.SourceFile, modules: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (!modules.includes(statement.moduleSpecifier.text)) continue;
    const clause = statement.importClause;
    if (clause?.name !== undefined) names.set(clause.name.text, '*');
    const bindings = clause?.namedBindings;
    if (bindings !== undefined && ts.isNamespaceImport(bindings)) names.set(bindings.name.text, '*');
    if (bindings !== undefined && ts.isNamedImports(bindings)) {
      for (const { name, propertyName } of bindings.elements) names.set(name.text, (propertyName ?? name).text);
    }
  }
  return names;
}

/** The function of `modules` that a call goes to; undefined for other calls. */
function calledFunction(call: ts.CallExpression, tree: ts.SourceFile, modules: readonly string[]): string | undefined {
  const names = importsOf(tree, modules);
  const { expression } = call;
  if (ts.isIdentifier(expression)) return names.get(expression.text);
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  const object = expression.expression.getText().split('.')[0] ?? '';
  return names.has(object) ? expression.name.text : undefined;
}

function isWritingOpen(call: ts.CallExpression): boolean {
  const flags = call.arguments[1];
  return flags !== undefined && ts.isStringLiteralLike(flags) && flags.text !== 'r';
}

describe('the house', () => {
  test('no line is wider than a screen', () => {
    const names = ['src', 'test', 'bin', '.ci'].flatMap((folder) =>
      fs.readdirSync(path.join(SRC, '..', folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    );
    const wide = names.filter((name) => CODE.test(name)).flatMap((name) =>
      fs.readFileSync(path.join(SRC, '..', name), 'utf8').split('\n')
        .flatMap((line, index) => (line.length > MAX_WIDTH ? [`${name}:${index + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });

  test('no file is longer than can be read in one go', () => {
    const tooLong = sources.filter(({ text }) => text.trimEnd().split('\n').length > MAX_LINES);
    expect(tooLong.map(({ file }) => file)).toEqual([]);
  });

  test('only Git storage and shadow repos write to the filesystem', () => {
    const writing = findings(['git', 'shadow', 'storage'], (node, tree) => {
      if (ts.isIdentifier(node)) return WRITING_FLAG.test(node.text);
      if (!ts.isCallExpression(node)) return false;
      const name = calledFunction(node, tree, FS_MODULES);
      // The CLI writes to its own standard output.
      if (name === 'writeSync' && tree.fileName.startsWith('cli/')) return false;
      return name !== undefined && (WRITING_CALL.test(name) || (/^open(Sync)?$/.test(name) && isWritingOpen(node)));
    });
    expect(writing).toEqual([]);
  });

  test('only the command line prints, reads the environment or ends the process', () => {
    const forbidden = findings(['cli'], (node, tree) => {
      if (ts.isIdentifier(node) && node.text === 'console') return true;
      if (ts.isImportSpecifier(node)) {
        return CLI_ONLY.test(importsOf(tree, ['process', 'node:process']).get(node.name.text) ?? '');
      }
      return ts.isPropertyAccessExpression(node) && node.expression.getText() === 'process' && CLI_ONLY.test(node.name.text);
    });
    expect(forbidden).toEqual([]);
  });

  // A package in CommonJS loses its named exports there when the CLI is bundled; import a module of ours that imports it.
  test('dynamic imports name modules of ours', () => {
    const packages = findings([], (node) => {
      if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return false;
      const specifier = node.arguments[0];
      return specifier === undefined || !ts.isStringLiteral(specifier) || !/^(\.{1,2}\/|node:)/.test(specifier.text);
    });
    expect(packages).toEqual([]);
  });
});
