/**
 * For the build of the library: private members of classes get short names, which nobody outside their class can tell. Which identifiers mean one, in accesses,
 * destructuring and declarations, is asked of the type checker, so that a public member of the same name stays what it is.
 */
import type { Plugin } from 'rolldown';
import ts from 'typescript';

interface Edit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

function isPrivate(one: ts.Declaration | undefined): one is ts.ClassElement {
  return one !== undefined && ts.isClassElement(one) && (ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Private) !== 0;
}

/** The names in order: a capital, which no public member is called by, and after all of them a number behind one. */
function short(index: number): string {
  return String.fromCharCode(65 + (index % 26)) + (index < 26 ? '' : String(Math.floor(index / 26)));
}

/** What gives every private member of a program a short name, one that no class around it has. */
class Names {
  private readonly made = new Map<ts.Declaration, string>();
  private readonly counts = new Map<ts.Node, number>();
  private readonly checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.checker = checker;
  }

  /** The short name of what a symbol stands for; undefined where that is no private member. */
  of(symbol: ts.Symbol | undefined): string | undefined {
    // Overloads and accessors are several declarations of one member.
    const declaration = symbol?.declarations?.[0];
    if (!isPrivate(declaration)) return undefined;
    const known = this.made.get(declaration);
    if (known !== undefined) return known;
    this.nameAll(declaration.parent as ts.ClassLikeDeclaration);
    return this.made.get(declaration);
  }

  /** Names the private members of a class, after those of the class that it extends. Returns how many there are with those. */
  private nameAll(owner: ts.ClassLikeDeclaration): number {
    const known = this.counts.get(owner);
    if (known !== undefined) return known;
    const base = owner.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    const above =
      base === undefined ? undefined : this.checker.getTypeAtLocation(base).symbol.declarations?.find((one) => ts.isClassLike(one));
    let count = above === undefined ? 0 : this.nameAll(above);
    for (const member of owner.members) {
      if (!isPrivate(member) || member.name === undefined) continue;
      const [first] = this.checker.getSymbolAtLocation(member.name)?.declarations ?? [];
      if (first === member) this.made.set(member, short(count++));
    }
    this.counts.set(owner, count);
    return count;
  }
}

/** The edits of a file. */
function editsOf(source: ts.SourceFile, checker: ts.TypeChecker, names: Names): Edit[] {
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const key = node.propertyName ?? node.name;
      if (!ts.isIdentifier(key)) return;
      const name = names.of(checker.getTypeAtLocation(node.parent).getProperty(key.text));
      if (name === undefined) return;
      if (node.propertyName === undefined) edits.push({ at: key.getStart(), length: 0, text: `${name}: ` });
      else edits.push({ at: key.getStart(), length: key.text.length, text: name });
      return;
    }
    if (ts.isElementAccessExpression(node)) {
      const key = checker.getTypeAtLocation(node.argumentExpression);
      for (const one of key.isUnion() ? key.types : [key])
        if (one.isStringLiteral() && names.of(checker.getTypeAtLocation(node.expression).getProperty(one.value)) !== undefined)
          throw new Error(`${source.fileName}: ${node.getText()} reaches the private member ${one.value} by a computed name`);
    }
    if (!ts.isIdentifier(node)) return;
    const { parent } = node;
    const isMember = (ts.isPropertyAccessExpression(parent) || ts.isClassElement(parent)) && parent.name === node;
    const name = isMember ? names.of(checker.getSymbolAtLocation(node)) : undefined;
    if (name !== undefined) edits.push({ at: node.getStart(), length: node.text.length, text: name });
  };
  visit(source);
  return edits;
}

/** The code of each file of a program with short names for private members, on the same lines. */
export function withShortPrivates(program: ts.Program): ReadonlyMap<string, string> {
  const checker = program.getTypeChecker();
  const names = new Names(checker);
  const files = program.getSourceFiles().filter(({ isDeclarationFile }) => !isDeclarationFile);
  return new Map(
    files.map((source) => {
      const edits = editsOf(source, checker, names).sort((a, b) => b.at - a.at);
      const code = edits.reduce((text, { at, length, text: put }) => text.slice(0, at) + put + text.slice(at + length), source.text);
      return [source.fileName, code];
    }),
  );
}

/** The plugin, to be the first, for the project of this tsconfig.json. */
export function shortPrivates(config: string): Plugin {
  const { options, fileNames } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, (name) => ts.sys.readFile(name)).config, ts.sys, config.replace(/[^/\\]*$/, '')); // prettier-ignore
  const files = withShortPrivates(ts.createProgram(fileNames, options));
  return {
    name: 'short-privates',
    transform: {
      filter: { id: /packages\/thalweg\/src\/.*\.ts$/ },
      handler: (_, id) => ({ code: files.get(id.replaceAll('\\', '/')) ?? raiseMissing(id), map: null }),
    },
  };
}

function raiseMissing(id: string): never {
  throw new Error(`${id} is not in the project`);
}
