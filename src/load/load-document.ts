import { createHash } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import type { DiagnosticSink, Position } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { describe, isList, isObject, member, quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { descend, parsePointer, root } from "../pointer.js";
import { checkStructure } from "./check-structure.js";
import type { LoadedDocument, LoadedSettings, Resolution } from "./document.js";
import type { Scalar } from "./intrinsics.js";
import { IntrinsicResolver, mayHoldIntrinsics, pseudoParameters } from "./intrinsics.js";
import { mergeDocuments } from "./merge-documents.js";
import { parseText } from "./parse-text.js";
import { collect, decodeText, readTextFile } from "./read-text.js";
import type { OutwardReference, ReferenceAccess } from "./references.js";
import {
  findOutwardReferences,
  folderOf,
  isBareName,
  nameInFolder,
  readReference,
  targetFile,
} from "./references.js";
import { hasModel, ReferenceTargets } from "./reference-targets.js";
import { SchemaIdentifiers } from "./schema-identifiers.js";
import type { SettingsLayer } from "./settings.js";
import { embeddedSettings, findSettingsFile, mergeSettings, readLayer } from "./settings.js";
import { SourceFile } from "./source-file.js";
import { TextLines } from "./text-lines.js";
import { findTemplateBody, isTemplate } from "./template-body.js";
import type { SpecificationVersion } from "./version.js";
import { checkWebSocketExtensions } from "./websocket-extensions.js";
import { isAsyncApi, isOpenApi, readAsyncVersion, readVersion } from "./version.js";

export interface LoadOptions {
  /** Path of the document, or `-` for standard input. */
  readonly input: string;
  /** The document itself; `input` is only its name then. */
  readonly text?: string;
  /** Settings file to read instead of the one beside the document. */
  readonly config?: string;
  /** Settings from memory; no file is looked for. */
  readonly settings?: object;
  /** Output folder: its settings file is read when there is none beside the document. */
  readonly out?: string;
  /** Origins that references may be fetched from; default: none. */
  readonly allowRemoteRefs?: readonly string[];
  /** Folders beside the document's own that references may lead to; default: none. */
  readonly refRoots?: readonly string[];
  /** Also check the document against the schema of OpenAPI; what that says are warnings. */
  readonly checkStructure?: boolean;
  /** Told the place of each local file before it is read, whether that succeeds or not. */
  readonly onRead?: (path: string) => void;
}

/** A reference that is not to the same file; written with escapes or as an explicit key it may look otherwise. */
const mayHoldOutward = /\$ref["']?\s*:\s*["']?[^\s"'#]|\\[ux]|^\s*\?\s/m;

/** Files of one run; more is a mistake or an attack. */
const maxFiles = 1000;

/**
 * Reads a document, the files it refers to and its settings. Undefined only after an error was reported.
 *
 * Parsing and references are our own and not `@apidevtools/swagger-parser`'s: its resolvers read and fetch
 * whatever a `$ref` names before anyone can say no, its parsers keep no places, its first problem ends the
 * run, and bundling GitHub's document with it takes longer than this whole generator may. It serves where
 * a second opinion on structure is asked for: check-structure.ts.
 */
export async function loadDocument(
  options: LoadOptions,
  sink: DiagnosticSink,
): Promise<LoadedDocument | undefined> {
  return new DocumentLoader(options, sink).load();
}

class DocumentLoader {
  readonly #options: LoadOptions;
  readonly #sink: DiagnosticSink;
  readonly #files = new Map<string, SourceFile>();
  /** Texts that could not be parsed, for the frames of their messages. */
  readonly #unparsed = new Map<string, string>();
  /** Names are relative to the document's folder: the digest is the same wherever that lies. */
  readonly #hash = createHash("sha256");
  /** Nodes of the document that come from the one below it. */
  #moved: ReadonlyMap<Pointer, Pointer> = new Map();
  #mergedFile = "";
  readonly #folder: string | undefined;
  readonly #name: string;

  constructor(options: LoadOptions, sink: DiagnosticSink) {
    this.#options = options;
    this.#sink = sink;
    const isFile = options.text === undefined && options.input !== "-";
    this.#folder = isFile ? folderOf(options.input) : undefined;
    this.#name = options.input === "-" ? "stdin" : basename(options.input) || options.input;
    sink.locateWith(this);
  }

  async load(): Promise<LoadedDocument | undefined> {
    const main = await this.#readMain();
    if (!main) return undefined;
    const found = this.#findDocument(main);
    if (!found) return undefined;
    const { format } = found;
    const readFormat = format === "asyncapi" ? readAsyncVersion : readVersion;
    const version = readFormat(found.document, found.at, this.#sink);
    const settings = await this.#readSettings(found.document, found.at);
    if (!version || !settings) return undefined;

    const parameters = parametersOf(settings, found.parameters);
    const intrinsics = new IntrinsicResolver(parameters, this.#sink);
    this.#resolveIntrinsics(intrinsics, main.name, found.document, found.at);
    const document = await this.#putOver(found, version, settings, intrinsics);
    if (!document) return undefined;
    checkWebSocketExtensions(document, found.at, format, this.#sink);
    const identifiers = new SchemaIdentifiers(version.family);
    const models = webSocketModels(settings);
    await this.#followReferences({ document, at: found.at, models }, intrinsics, identifiers);
    if (this.#options.checkStructure === true && format === "openapi") {
      await checkStructure(document, found.at, this.#sink);
    }

    const targets = new ReferenceTargets(this.#files, main.name, document, found.at, identifiers);
    return {
      file: this.#name,
      root: document,
      at: found.at,
      format,
      version,
      kindHint: found.kindHint,
      settings,
      parameters,
      placeholders: intrinsics.placeholders(),
      digest: this.#hash.digest("hex"),
      node: (at) => this.#node(at, { value: document, at: found.at }),
      resolve: (ref, from) => resolveFrom(targets, ref, from, found.at),
      locate: (at) => this.#locate(at, intrinsics),
      frame: (position) => this.frame(position),
    };
  }

  locate(at: Pointer): Position | undefined {
    return this.#locate(at, undefined);
  }

  frame(position: Position): string {
    const file = this.#files.get(position.file);
    if (file) return file.frame(position);
    const text = this.#unparsed.get(position.file);
    return text === undefined ? "" : new TextLines(text).frame(position.line, position.column);
  }

  async #readMain(): Promise<SourceFile | undefined> {
    const { input, text } = this.#options;
    const at = root(this.#name);
    const sink = this.#sink;
    if (text !== undefined) return this.#parseInput(this.#name, undefined, Buffer.from(text));
    const path = input === "-" ? undefined : resolve(input);
    if (path !== undefined) this.#options.onRead?.(path);
    const bytes =
      path === undefined
        ? await collect(process.stdin, at, sink)
        : await readTextFile(path, at, sink);
    return bytes && this.#parseInput(this.#name, path, bytes);
  }

  async #parseInput(
    name: string,
    path: string | undefined,
    bytes: Buffer,
  ): Promise<SourceFile | undefined> {
    this.#digest(name, bytes);
    return this.#parse(name, path, bytes);
  }

  async #parse(
    name: string,
    path: string | undefined,
    bytes: Buffer,
  ): Promise<SourceFile | undefined> {
    const at = root(name);
    const text = decodeText(bytes, at, this.#sink);
    if (text === undefined) return undefined;
    this.#unparsed.set(name, text);
    const parsed = await parseText(text, at, this.#sink);
    if (!parsed) return undefined;
    this.#unparsed.delete(name);
    const file = new SourceFile({ name, path, text, ...parsed });
    this.#files.set(name, file);
    return file;
  }

  #digest(name: string, bytes: Buffer): void {
    this.#hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }

  #findDocument(main: SourceFile): FoundDocument | undefined {
    const at = root(main.name);
    const { value } = main;
    const format = isAsyncApi(value) ? "asyncapi" : "openapi";
    if (isAsyncApi(value) || isOpenApi(value)) {
      return { document: value, at, format, kindHint: undefined, parameters: new Map() };
    }
    if (isObject(value) && isTemplate(value)) {
      const body = findTemplateBody(value, at, this.#sink);
      return (
        body && {
          document: body.body,
          at: body.at,
          format: "openapi",
          kindHint: body.kind,
          parameters: body.parameters,
        }
      );
    }
    const what = isObject(value)
      ? 'an object without "openapi", "swagger", "asyncapi" or "paths"'
      : describe(value);
    this.#sink.error(
      "GG010",
      at,
      `this is not an OpenAPI document, nor one of AsyncAPI: it is ${what}`,
    );
    return undefined;
  }

  /** The file of `--config`, else beside the document, else in the output folder; over `x-gateway-config`. */
  async #readSettings(document: JsonObject, at: Pointer): Promise<LoadedSettings | undefined> {
    const embedded = embeddedSettings(document, at);
    const file = await this.#readSettingsFile(embedded !== undefined);
    if (file === "failed") return undefined;
    const layers: SettingsLayer[] = [];
    for (const source of [file, embedded]) {
      if (!source) continue;
      const layer = readLayer(source.value, source.at, this.#sink);
      if (!layer) return undefined;
      layers.push(layer);
    }
    return mergeSettings(layers, file !== undefined, at);
  }

  async #readSettingsFile(
    isEmbedded: boolean,
  ): Promise<{ readonly value: unknown; readonly at: Pointer } | "failed" | undefined> {
    const { config, out, settings, input } = this.#options;
    if (settings !== undefined) {
      const name = "settings";
      this.#digest(name, Buffer.from(JSON.stringify(settings)));
      return { value: structuredClone(settings), at: root(name) };
    }
    const folders = this.#folder === undefined ? [] : [this.#folder];
    if (out !== undefined && !isEmbedded) folders.push(out);
    const path = config ?? findSettingsFile(folders, this.#sink);
    if (path === undefined) return undefined;
    const name = nameInFolder(path, this.#folder ?? folderOf(input === "-" ? "." : input));
    if (/\.[cm]?[tj]s$/.test(path)) {
      this.#sink.error("GG043", root(name), "settings written as a program are not supported yet", {
        hint: "write the settings as YAML or JSON",
      });
      return "failed";
    }
    this.#options.onRead?.(resolve(path));
    const bytes = await readTextFile(path, root(name), this.#sink);
    const file = bytes && (await this.#parse(name, resolve(path), bytes));
    const isInput = config !== undefined || folderOf(path) === this.#folder;
    if (file && isInput) this.#digest(name, bytes);
    return file ? { value: file.value, at: root(name) } : "failed";
  }

  /** The document over the one that the settings name, as the service imports with the mode `merge`. */
  async #putOver(
    { document, at }: FoundDocument,
    version: SpecificationVersion,
    settings: LoadedSettings,
    intrinsics: IntrinsicResolver,
  ): Promise<JsonObject | undefined> {
    const { mode, over } = importSettings(settings);
    if (over === undefined || mode !== "merge") return document;
    const place = settings.place("api", "import", "over");
    const name = basename(over);
    if (this.#folder === undefined || dirname(resolve(this.#folder, over)) !== this.#folder) {
      this.#sink.error("GG024", place, `${quote(over)} does not lie beside the document`);
      return undefined;
    }
    const path = resolve(this.#folder, over);
    this.#options.onRead?.(path);
    const bytes = await readTextFile(path, place, this.#sink);
    const file = bytes && (await this.#parseInput(name, path, bytes));
    if (!file) return undefined;
    const below = file.value;
    if (!isObject(below) || !isOpenApi(below)) {
      this.#sink.error("GG024", place, `${quote(over)} is not an OpenAPI document`);
      return undefined;
    }
    if (readVersion(below, root(name), this.#sink)?.family !== version.family) {
      this.#sink.error("GG024", place, `${quote(over)} is not of version ${version.family}`);
      return undefined;
    }
    this.#resolveIntrinsics(intrinsics, name, below, root(name));
    const merged = mergeDocuments({ value: below, at: root(name) }, { value: document, at });
    this.#moved = merged.moved;
    this.#mergedFile = name;
    return merged.value;
  }

  #resolveIntrinsics(
    intrinsics: IntrinsicResolver,
    file: string,
    value: unknown,
    at: Pointer,
  ): void {
    const text = this.#files.get(file)?.text;
    if (text !== undefined && mayHoldIntrinsics(text)) intrinsics.resolve(value, at);
  }

  /** Reads every file that references lead to, and those that these lead to. */
  async #followReferences(
    { document, at, models }: Referring,
    intrinsics: IntrinsicResolver,
    identifiers: SchemaIdentifiers,
  ): Promise<void> {
    const { allowRemoteRefs = [], refRoots = [], onRead } = this.#options;
    const access: ReferenceAccess = { folder: this.#folder, refRoots, allowRemoteRefs, onRead };
    const tried = new Set<string>();
    const queue = [
      ...this.#outward(parsePointer(at).file, document, at, identifiers),
      ...models.flatMap((part) => findOutwardReferences(part.value, part.at, () => false)),
    ];
    for (const reference of queue) {
      const name = targetFile(reference.ref, parsePointer(reference.at).file);
      if (this.#files.has(name) || tried.has(name)) continue;
      tried.add(name);
      if (tried.size > maxFiles) {
        this.#sink.error("GG022", reference.at, `references lead to more than ${maxFiles} files`);
        return;
      }
      const read = await readReference(name, reference, access, this.#sink);
      const file = read && (await this.#parseInput(name, read.path, read.bytes));
      if (!file) continue;
      this.#resolveIntrinsics(intrinsics, name, file.value, root(name));
      queue.push(...this.#outward(name, file.value, root(name), identifiers));
    }
  }

  #outward(
    file: string,
    value: unknown,
    at: Pointer,
    identifiers: SchemaIdentifiers,
  ): readonly OutwardReference[] {
    // One pass over the text is cheaper than a walk, and most documents have no such reference.
    const below = file === this.#name ? (this.#files.get(this.#mergedFile)?.text ?? "") : "";
    const text = (this.#files.get(file)?.text ?? "") + below;
    if (identifiers.mayStandIn(text)) identifiers.add(value, at, isOpenApi(value));
    if (!mayHoldOutward.test(text)) return [];
    const isInside = (ref: string, from: Pointer): boolean =>
      (isBareName(ref) && hasModel(value, ref)) || identifiers.find(ref, from) !== undefined;
    return findOutwardReferences(value, at, isInside);
  }

  #node(at: Pointer, document: { readonly value: JsonObject; readonly at: Pointer }): unknown {
    const isInside = at === document.at || at.startsWith(`${document.at}/`);
    const { file, keys } = parsePointer(at);
    const skipped = isInside ? parsePointer(document.at).keys.length : 0;
    let node: unknown = isInside ? document.value : this.#files.get(file)?.value;
    for (const key of keys.slice(skipped)) {
      if (isList(node)) node = node[Number(key)];
      else node = isObject(node) ? member(node, key) : undefined;
    }
    return node;
  }

  /** The place of a node in the file that it was read from. */
  #origin(at: Pointer): Pointer {
    if (this.#moved.size === 0) return at;
    const { file, keys } = parsePointer(at);
    for (let count = keys.length; count > 0; count--) {
      const from = this.#moved.get(descend(root(file), keys.slice(0, count)));
      if (from !== undefined) return descend(from, keys.slice(count));
    }
    return at;
  }

  #locate(at: Pointer, intrinsics: IntrinsicResolver | undefined): Position | undefined {
    const { file, keys } = parsePointer(this.#origin(at));
    const source = this.#files.get(file);
    const branches = intrinsics?.branches();
    if (!branches || branches.size === 0) return source?.locate(keys);
    // A condition left its mark: the source has `Fn::If/1` between a node and its members.
    const path: string[] = [];
    let place = root(file);
    for (const key of keys) {
      path.push(...(branches.get(place) ?? []), key);
      place = descend(place, [key]);
    }
    return source?.locate(path);
  }
}

/** What the settings say about putting the document over another one. */
function importSettings({ value }: LoadedSettings): {
  readonly mode: unknown;
  readonly over: string | undefined;
} {
  const api = value["api"];
  const imported = isObject(api) && isObject(api["import"]) ? api["import"] : {};
  const { mode, over } = imported;
  return { mode, over: typeof over === "string" ? over : undefined };
}

/** What may refer to other files: the document, and the models of the settings. */
interface Referring {
  readonly document: JsonObject;
  readonly at: Pointer;
  readonly models: readonly { readonly value: unknown; readonly at: Pointer }[];
}

/** The models of WebSocket APIs in the settings. */
function webSocketModels(settings: LoadedSettings): Referring["models"] {
  const { websocket, websockets } = settings.value;
  const sections: readonly (readonly [keys: readonly string[], section: unknown])[] = [
    [["websocket"], websocket],
    ...Object.entries(isObject(websockets) ? websockets : {}).map(
      ([name, section]) => [["websockets", name], section] as const,
    ),
  ];
  return sections.flatMap(([keys, section]) =>
    isObject(section) && isObject(section["models"])
      ? [{ value: section["models"], at: settings.place(...keys, "models") }]
      : [],
  );
}

/** A reference in the settings to a place of the same file may mean the document. */
function resolveFrom(
  targets: ReferenceTargets,
  ref: string,
  from: Pointer,
  document: Pointer,
): Resolution {
  const found = targets.resolve(ref, from);
  const isOther = parsePointer(from).file !== parsePointer(document).file;
  if (found.kind !== "dangling" || !isOther || !ref.startsWith("#/")) return found;
  const inDocument = targets.resolve(ref, document);
  return inDocument.kind === "found" ? inDocument : found;
}

interface FoundDocument {
  readonly document: JsonObject;
  readonly at: Pointer;
  readonly format: LoadedDocument["format"];
  readonly kindHint: "rest" | "http" | undefined;
  readonly parameters: ReadonlyMap<string, Scalar>;
}

/** Pseudo parameters under the defaults of a template under what the settings say. */
function parametersOf(
  settings: LoadedSettings,
  defaults: ReadonlyMap<string, Scalar>,
): ReadonlyMap<string, Scalar> {
  const parameters = new Map<string, unknown>([
    ...Object.entries(pseudoParameters),
    ...entriesOf(firstStage(settings), { "AWS::Region": "region", "AWS::AccountId": "account" }),
    ...defaults,
    ...Object.entries(isObject(settings.value["parameters"]) ? settings.value["parameters"] : {}),
  ]);
  const known = new Map<string, Scalar>();
  for (const [name, value] of parameters) if (isScalar(value)) known.set(name, value);
  return known;
}

function firstStage({ value }: LoadedSettings): unknown {
  return isObject(value["stages"]) ? Object.values(value["stages"])[0] : undefined;
}

/** Members of an object under other names; absent ones are left out. */
function entriesOf(
  object: unknown,
  names: Readonly<Record<string, string>>,
): readonly (readonly [string, unknown])[] {
  if (!isObject(object)) return [];
  return Object.entries(names).flatMap(([name, key]) =>
    object[key] === undefined ? [] : [[name, object[key]] as const],
  );
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
