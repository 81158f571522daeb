import {
  IndentationText,
  Node,
  Project,
  QuoteKind,
  SyntaxKind,
  type FunctionDeclaration,
  type ImportDeclaration,
  type SourceFile,
} from "ts-morph";
import type { HandlerPlan } from "../plan/functions.js";
import type { HandlerFault, HandlerModule, HandlerReview } from "./handler-module.js";
import { eventTypes, streamMark } from "./handler-module.js";

/*
 * Reads a module of the user's by the compiler's parser: no types are checked, nothing is resolved, and no
 * file but this one is looked at.
 */

const operationsModule = /(?:^|\/)generated\/operations\.js$/;

/** What does not fit in a module, and the module with what is mended: new exports, renamed types. */
export function reviewModule(module: HandlerModule): HandlerReview {
  const { plan, text, scaffold } = module;
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      quoteKind: /from\s+'/.test(text) ? QuoteKind.Single : QuoteKind.Double,
      insertSpaceAfterOpeningAndBeforeClosingNonemptyBraces: true,
    },
  });
  const own = project.createSourceFile("own.ts", text);
  const fresh = project.createSourceFile("fresh.ts", scaffold);
  const unread = syntaxFault(project, own);
  if (unread !== undefined) return { faults: [unread], mended: undefined };
  const missing = plan.handlers.filter(({ exportName }) => !isExported(own, exportName));
  const faults = [
    ...missing.map((handler) => missingExport(own, handler)),
    ...goneOperations(own, module),
    ...plan.handlers
      .filter((handler) => !missing.includes(handler))
      .flatMap((handler) => misfits(own, fresh, handler, module)),
  ];
  const addable = missing.filter(({ exportName }) => !isDeclared(own, exportName));
  const isMended = addable.length > 0 || renames(own, module).length > 0;
  return {
    faults: sorted(faults),
    mended: isMended ? mend(own, fresh, addable, module) : undefined,
  };
}

/** Why a module cannot be read; nothing else can be said of it. */
function syntaxFault(project: Project, file: SourceFile): HandlerFault | undefined {
  const [first] = project.getProgram().getSyntacticDiagnostics(file);
  if (first === undefined) return undefined;
  const text = first.getMessageText();
  const reason = typeof text === "string" ? text : text.getMessageText();
  return {
    kind: "syntax",
    message: `the module is not TypeScript: ${reason.replace(/\.$/, "")}`,
    hint: "nothing can be said of its handlers before that is right",
    isMendable: false,
    ...file.getLineAndColumnAtPos(first.getStart()),
  };
}

function sorted(faults: readonly HandlerFault[]): readonly HandlerFault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function placeOf(node: Node): { readonly line: number; readonly column: number } {
  return node.getSourceFile().getLineAndColumnAtPos(node.getStart());
}

/** Whether a module exports the name, as far as one can see: what `export *` brings is not known. */
function isExported(file: SourceFile, name: string): boolean {
  return file.getStatements().some((statement) => {
    if (Node.isExportDeclaration(statement)) {
      if (statement.isTypeOnly()) return false;
      if (!statement.hasNamedExports()) {
        const space = statement.getNamespaceExport()?.getName();
        return space === undefined || space === name;
      }
      return statement
        .getNamedExports()
        .some((item) => (item.getAliasNode()?.getText() ?? item.getName()) === name);
    }
    if (Node.isVariableStatement(statement)) {
      return (
        statement.isExported() &&
        statement
          .getDeclarations()
          .some((declaration) =>
            [
              declaration,
              ...declaration.getNameNode().getDescendantsOfKind(SyntaxKind.BindingElement),
            ].some((item) => item.getName() === name),
          )
      );
    }
    return (
      (Node.isFunctionDeclaration(statement) || Node.isClassDeclaration(statement)) &&
      statement.isExported() &&
      !statement.isDefaultExport() &&
      statement.getName() === name
    );
  });
}

/** Whether something of the module has the name already, so that no function can be added by it. */
function isDeclared(file: SourceFile, name: string): boolean {
  return (
    file.getFunction(name) !== undefined ||
    file.getClass(name) !== undefined ||
    file.getVariableDeclaration(name) !== undefined ||
    isImported(file, name) ||
    file.getImportDeclarations().some((item) => item.getDefaultImport()?.getText() === name)
  );
}

function missingExport(file: SourceFile, handler: HandlerPlan): HandlerFault {
  const { exportName, names } = handler;
  const own = file.getFunction(exportName) ?? file.getVariableDeclaration(exportName);
  const near = own ?? file.getFunctions().find((item) => item.isDefaultExport());
  const place = near === undefined ? { line: 1, column: 1 } : placeOf(near);
  const called =
    names.length === 1 ? `the function ${names[0]}` : `the functions ${names.join(", ")}`;
  return {
    kind: "missing-export",
    message: `the module has no export ${exportName}, which ${called} would be called by`,
    hint:
      own !== undefined
        ? "write export in front of it"
        : near !== undefined
          ? `export it by its name: export async function ${exportName}(...)`
          : "run with --fix-handlers to have it added",
    isMendable: !isDeclared(file, exportName),
    ...place,
  };
}

/** Imports of types that there are no more. */
function goneOperations(file: SourceFile, module: HandlerModule): readonly HandlerFault[] {
  return importsOfOperations(file).flatMap((declaration) =>
    declaration.getNamedImports().flatMap((item) => {
      const name = item.getName();
      if (module.operationTypes.has(name)) return [];
      const now = module.renamed.get(name);
      return [
        {
          kind: "gone-operation" as const,
          message:
            now === undefined
              ? `there is no operation ${name} any more`
              : `${name} is called ${now} now`,
          hint:
            now === undefined
              ? "remove what answers for it"
              : "run with --fix-handlers to have it renamed here",
          isMendable: now !== undefined,
          ...placeOf(item),
        },
      ];
    }),
  );
}

function importsOfOperations(file: SourceFile): readonly ImportDeclaration[] {
  return file
    .getImportDeclarations()
    .filter((declaration) => operationsModule.test(declaration.getModuleSpecifierValue()));
}

/** A handler whose event is typed for other operations than those that call it, or for another kind of event. */
function misfits(
  file: SourceFile,
  fresh: SourceFile,
  handler: HandlerPlan,
  module: HandlerModule,
): readonly HandlerFault[] {
  const event = eventOf(file, handler.exportName);
  const wanted = fresh.getFunction(handler.exportName)?.getParameters()[0]?.getTypeNode();
  if (event === undefined || wanted === undefined) return [];
  const isEvent = (name: string): boolean => eventTypes.some((type) => type === name);
  const found = typeNames(event);
  const [kind] = [...found].filter(isEvent);
  const [wantedKind] = [...typeNames(wanted)].filter(isEvent);
  if (kind !== undefined && wantedKind !== undefined && !found.has(wantedKind)) {
    return [
      {
        kind: "other-event",
        message: `${handler.exportName} takes a ${kind} and is called with a ${wantedKind}`,
        hint: `import ${wantedKind} in the place of ${kind}, and see what the event holds now`,
        isMendable: false,
        ...placeOf(event),
      },
    ];
  }
  const other = otherAnswer(file, handler, event);
  if (other !== undefined) return [other];
  const now = new Set([...found].map((name) => module.renamed.get(name) ?? name));
  if (![...now].some((name) => module.operationTypes.has(name))) return [];
  return handler.operations
    .filter(({ typeName }) => !now.has(typeName))
    .map(({ typeName }) => ({
      kind: "missing-operation" as const,
      message: `${handler.exportName} answers for ${typeName}, too, and its event is not typed for it`,
      hint: `add it to the others: ... | ${typeName}`,
      isMendable: false,
      ...placeOf(event),
    }));
}

/** A handler that gives a result where its answer is streamed, or the other way round. */
function otherAnswer(
  file: SourceFile,
  handler: HandlerPlan,
  event: Node,
): HandlerFault | undefined {
  if (handler.kind !== "proxy" && handler.kind !== "proxy-stream") return undefined;
  const isStreamed = handler.kind === "proxy-stream";
  const writes = file
    .getDescendantsOfKind(SyntaxKind.Identifier)
    .some((identifier) => identifier.getText() === streamMark);
  if (writes === isStreamed) return undefined;
  const name = handler.exportName;
  return {
    kind: "other-event",
    message: isStreamed
      ? `${name} gives a result, and its answer is streamed: calls end with 502`
      : `${name} writes a stream, and its answer is a result: calls end with 502`,
    hint: isStreamed
      ? `write to a second parameter of type ResponseStream, and call ${streamMark}(${name})`
      : `return a ProxyResult, and leave ${streamMark} out`,
    isMendable: false,
    ...placeOf(event),
  };
}

/** The type of the first parameter of a function of the module; undefined where it is not written there. */
function eventOf(file: SourceFile, name: string): Node | undefined {
  const declared = file.getFunction(name);
  if (declared !== undefined) return declared.getParameters()[0]?.getTypeNode();
  const variable = file.getVariableDeclaration(name);
  const value = variable?.getInitializer();
  if (Node.isArrowFunction(value) || Node.isFunctionExpression(value)) {
    return value.getParameters()[0]?.getTypeNode() ?? variable?.getTypeNode();
  }
  return variable?.getTypeNode();
}

/** Names that a type is made of, aliases of the same module followed. */
function typeNames(type: Node, seen = new Set<string>()): ReadonlySet<string> {
  const references = [
    ...(Node.isTypeReference(type) ? [type] : []),
    ...type.getDescendantsOfKind(SyntaxKind.TypeReference),
  ];
  for (const reference of references) {
    const name = reference.getTypeName().getText();
    if (seen.has(name)) continue;
    seen.add(name);
    const alias = type.getSourceFile().getTypeAlias(name)?.getTypeNode();
    if (alias !== undefined) typeNames(alias, seen);
  }
  return seen;
}

/** Names of imported types that changed, with the new ones. */
function renames(
  file: SourceFile,
  { renamed, operationTypes }: HandlerModule,
): readonly (readonly [string, string])[] {
  const imported = importsOfOperations(file).flatMap((declaration) =>
    declaration.getNamedImports().map((item) => item.getName()),
  );
  return imported.flatMap((name) => {
    const now = renamed.get(name);
    return now === undefined || operationTypes.has(name) ? [] : [[name, now] as const];
  });
}

function mend(
  own: SourceFile,
  fresh: SourceFile,
  missing: readonly HandlerPlan[],
  module: HandlerModule,
): string {
  for (const [from, to] of renames(own, module)) rename(own, from, to);
  const added = missing.flatMap(({ exportName }) => fresh.getFunction(exportName) ?? []);
  for (const declaration of added) addImports(own, fresh, declaration);
  const texts = added.map((declaration) =>
    [declaration, ...marksOf(fresh, declaration)]
      .map((node) => node.getFullText().trim())
      .join("\n\n"),
  );
  const text = own.getFullText();
  if (texts.length === 0) return text;
  const end = text.endsWith("\n") || text === "" ? "" : "\n";
  const gap = text.trim() === "" ? "" : "\n";
  return `${text}${end}${gap}${texts.join("\n\n")}\n`;
}

/** Statements of the module itself that call something with a function. */
function marksOf(fresh: SourceFile, declaration: FunctionDeclaration): readonly Node[] {
  const name = declaration.getName();
  return fresh
    .getStatements()
    .filter(
      (statement) =>
        Node.isExpressionStatement(statement) &&
        statement
          .getDescendantsOfKind(SyntaxKind.Identifier)
          .some((identifier) => identifier.getText() === name),
    );
}

/** Renames an imported type and what refers to it; members and values of the same name are left alone. */
function rename(file: SourceFile, from: string, to: string): void {
  const places = file.getDescendantsOfKind(SyntaxKind.Identifier).filter((identifier) => {
    if (identifier.getText() !== from) return false;
    const parent = identifier.getParent();
    return (
      Node.isTypeReference(parent) ||
      Node.isExpressionWithTypeArguments(parent) ||
      (Node.isImportSpecifier(parent) && parent.getNameNode() === identifier) ||
      (Node.isExportSpecifier(parent) && parent.getNameNode() === identifier)
    );
  });
  const starts = places.map((place) => place.getStart()).toSorted((a, b) => b - a);
  let text = file.getFullText();
  for (const start of starts) text = text.slice(0, start) + to + text.slice(start + from.length);
  file.replaceWithText(text);
}

/** Imports what a function needs and the module does not have. */
function addImports(own: SourceFile, fresh: SourceFile, declaration: FunctionDeclaration): void {
  const used = new Set(
    [declaration, ...marksOf(fresh, declaration)].flatMap((node) =>
      node.getDescendantsOfKind(SyntaxKind.Identifier).map((identifier) => identifier.getText()),
    ),
  );
  for (const source of fresh.getImportDeclarations()) {
    const specifier = source.getModuleSpecifierValue();
    for (const { name, isTypeOnly } of source.getNamedImports().map((item) => ({
      name: item.getName(),
      isTypeOnly: source.isTypeOnly(),
    }))) {
      if (!used.has(name) || isImported(own, name)) continue;
      const there = own
        .getImportDeclarations()
        .find(
          (item) =>
            item.getModuleSpecifierValue() === specifier &&
            item.isTypeOnly() === isTypeOnly &&
            item.getNamespaceImport() === undefined &&
            item.getDefaultImport() === undefined,
        );
      if (there !== undefined) there.addNamedImport(name);
      else {
        own.addImportDeclaration({
          moduleSpecifier: specifier,
          isTypeOnly,
          namedImports: [name],
        });
      }
    }
  }
}

function isImported(file: SourceFile, name: string): boolean {
  return file
    .getImportDeclarations()
    .some((item) =>
      item
        .getNamedImports()
        .some((found) => (found.getAliasNode()?.getText() ?? found.getName()) === name),
    );
}
