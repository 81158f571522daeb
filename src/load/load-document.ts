import { createHash } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import type { DiagnosticSink, Position } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { describe, isList, isObject, member, quote } from "../json.js";
import { placeholderNames } from "../language/placeholder.js";
import type { Pointer } from "../pointer.js";
import { child, descend, parsePointer, root } from "../pointer.js";
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
  mayLeave,
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
import type { ApiSource, BuildTools } from "./api-source.js";
import { isTemplate } from "./template-marks.js";
import type { TerraformFile } from "./terraform/terraform-file.js";
import type { SpecificationVersion } from "./version.js";
import { checkWebSocketExtensions } from "./websocket-extensions.js";
import { isAsyncApi, isOpenApi, readAsyncVersion, readVersion } from "./version.js";

export interface LoadOptions {
  /** Path of the document, or `-` for standard input. */
  readonly input: string;
  /** The document itself; `input` is only its name then. */
  readonly text?: string;
  /** Overlays that are laid over the document, in order, after those that the settings name. */
  readonly overlays?: readonly string[];
  /** The API that is meant, where a CloudFormation, SAM or Terraform file holds several. */
  readonly resource?: string;
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

/** Names of Terraform templates. */
const isTemplateName = /\.(?:tpl|tftpl|tmpl)$/i;
/**
 * A directive of a Terraform template that has a line for itself, as no YAML or JSON has: inside of a text, of a
 * mapping template say, the same characters mean nothing.
 */
const directiveLine = /^[ \t]*%\{~?\s*(?:if|else|endif|for|endfor)\b[^{}\n]*\}[ \t]*\r?$/m;

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
  /** Nodes that come from other places than their pointers say; the last change of the document first. */
  readonly #moved: ReadonlyMap<Pointer, Pointer>[] = [];
  /** Other files that nodes of the document come from. */
  readonly #layers: string[] = [];
  /** File that the document stands in: a template may name another one. */
  #documentFile: string;
  #parameters: ReadonlyMap<string, Scalar> | undefined;
  /** The settings file, once it was asked for. */
  #settingsRead: Promise<FoundSettings | "failed" | undefined> | undefined;
  /** The main file, when it is one of Terraform. */
  #terraform: TerraformFile | undefined;
  readonly #folder: string | undefined;
  readonly #name: string;

  constructor(options: LoadOptions, sink: DiagnosticSink) {
    this.#options = options;
    this.#sink = sink;
    const isFile = options.text === undefined && options.input !== "-";
    this.#folder = isFile ? folderOf(options.input) : undefined;
    this.#name = options.input === "-" ? "stdin" : basename(options.input) || options.input;
    this.#documentFile = this.#name;
    sink.locateWith(this);
  }

  async load(): Promise<LoadedDocument | undefined> {
    const main = await this.#readMain();
    if (!main) return undefined;
    const input = await this.#findInput(main);
    if (!input) return undefined;
    const inside =
      input.kind === "source" ? input.source.written : { value: input.document, at: input.at };
    const layers = await this.#readSettings(inside);
    if (!layers) return undefined;
    const given = mergeSettings(layers.layers, layers.found, root(main.name));

    const written = parametersOf(given, new Map());
    const values =
      input.kind === "source" ? input.source.values(written) : new Map<string, Scalar>();
    const parameters = parametersOf(given, values);
    this.#parameters = parameters;
    const intrinsics = new IntrinsicResolver(parameters, this.#sink);
    const found = await this.#open(input, main, intrinsics);
    if (!found) return undefined;
    this.#documentFile = parsePointer(found.at).file;
    const { format } = found;
    const readFormat = format === "asyncapi" ? readAsyncVersion : readVersion;
    const version = readFormat(found.document, found.at, this.#sink);
    if (!version) return undefined;
    const settings = mergeSettings(
      [...layers.layers, ...underSettings(found.settings, given)],
      layers.found,
      found.at,
    );
    const overlaid = await this.#layOver(found, settings, intrinsics);
    const document = overlaid && (await this.#putOver(overlaid, version, settings, intrinsics));
    if (!document) return undefined;
    checkWebSocketExtensions(document, found.at, format, this.#sink);
    const identifiers = new SchemaIdentifiers(version.family);
    const models = webSocketModels(settings);
    await this.#followReferences({ document, at: found.at, models }, intrinsics, identifiers);
    if (this.#options.checkStructure === true && format === "openapi") {
      await checkStructure(document, found.at, this.#sink);
    }

    const targets = new ReferenceTargets(
      this.#files,
      this.#documentFile,
      document,
      found.at,
      identifiers,
    );
    return {
      file: this.#name,
      root: document,
      at: found.at,
      format,
      version,
      kindHint: found.kindHint,
      settings,
      parameters,
      placeholders: usedPlaceholders(intrinsics, found, document),
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

  /** A document, or a file that one names: part of the input. */
  async #parseInput(
    name: string,
    path: string | undefined,
    bytes: Buffer,
  ): Promise<SourceFile | undefined> {
    this.#digest(name, bytes);
    const text = this.#decode(name, bytes);
    if (text === undefined) return undefined;
    if (name === this.#name && /\.tf$/i.test(name)) return this.#parseTerraform(name, path, text);
    const hasDirectives =
      isTemplateName.test(name) || (text.includes("%{") && directiveLine.test(text));
    const decided = hasDirectives ? await this.#decide(text, root(name)) : text;
    return decided === undefined ? undefined : this.#parse(name, path, decided);
  }

  #decode(name: string, bytes: Buffer): string | undefined {
    const text = decodeText(bytes, root(name), this.#sink);
    if (text !== undefined) this.#unparsed.set(name, text);
    return text;
  }

  async #parse(
    name: string,
    path: string | undefined,
    text: string,
  ): Promise<SourceFile | undefined> {
    const parsed = await parseText(text, root(name), this.#sink);
    if (!parsed) return undefined;
    this.#unparsed.delete(name);
    const file = new SourceFile({ name, path, text, ...parsed });
    this.#files.set(name, file);
    return file;
  }

  /** Directives of Terraform templates need values before there is anything to read settings from. */
  async #decide(text: string, at: Pointer): Promise<string | undefined> {
    const { decideDirectives } = await import("./terraform/directives.js");
    let values = this.#parameters;
    if (values === undefined) {
      const layers = await this.#readSettings(undefined);
      if (layers === undefined) return undefined;
      values = parametersOf(mergeSettings(layers.layers, layers.found, at), new Map());
    }
    return decideDirectives(text, at, values, this.#sink);
  }

  async #parseTerraform(
    name: string,
    path: string | undefined,
    text: string,
  ): Promise<SourceFile | undefined> {
    const { readTerraform } = await import("./terraform/terraform-file.js");
    const terraform = readTerraform(text, root(name), this.#sink);
    if (!terraform) return undefined;
    this.#unparsed.delete(name);
    const { places } = terraform;
    const file = new SourceFile({ name, path, text, value: {}, places });
    this.#files.set(name, file);
    if (name === this.#name) this.#terraform = terraform;
    return file;
  }

  #digest(name: string, bytes: Buffer): void {
    this.#hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }

  async #findInput(main: SourceFile): Promise<FoundInput | undefined> {
    const at = root(main.name);
    const { value } = main;
    if (this.#terraform) {
      const options = { resource: await this.#resource(), sink: this.#sink };
      const { openTerraform } = await import("./terraform/open-terraform.js");
      const source = openTerraform(this.#terraform, at, options);
      return source && { kind: "source", source };
    }
    if (this.#options.resource !== undefined && (isAsyncApi(value) || isOpenApi(value))) {
      const message = "this is one document; --resource chooses in templates and Terraform files";
      this.#sink.warning("GG013", at, message);
    }
    if (isAsyncApi(value)) return { kind: "document", document: value, at, format: "asyncapi" };
    if (isOpenApi(value)) return { kind: "document", document: value, at, format: "openapi" };
    if (isObject(value) && isTemplate(value)) {
      // most documents are no template
      const { openTemplate } = await import("./cloudformation/open-template.js");
      const options = { resource: await this.#resource(), sink: this.#sink };
      const source = openTemplate(value, at, options);
      return source && { kind: "source", source };
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

  /** The API that is meant: as the run says, else the settings file. */
  async #resource(): Promise<string | undefined> {
    if (this.#options.resource !== undefined) return this.#options.resource;
    const api = (await this.#readSettings(undefined))?.layers[0]?.value["api"];
    const named = isObject(api) ? api["resource"] : undefined;
    return typeof named === "string" ? named : undefined;
  }

  /** The document itself, its intrinsics resolved; a template or Terraform file is built into one. */
  async #open(
    input: FoundInput,
    main: SourceFile,
    intrinsics: IntrinsicResolver,
  ): Promise<FoundDocument | undefined> {
    if (input.kind === "document") {
      const { document, at, format } = input;
      this.#resolveIntrinsics(intrinsics, main.name, document, at);
      return { document, at, format, kindHint: undefined, settings: undefined, isBuilt: false };
    }
    const tools: BuildTools = {
      intrinsics,
      sink: this.#sink,
      readFile: async (ref, at) => this.#readNamed(ref, at),
    };
    const built = await input.source.build(tools);
    if (built === undefined) return undefined;
    this.#moved.unshift(built.moved);
    return { ...built, format: "openapi", isBuilt: true };
  }

  /** A file that a template or a setting names, under the rules of references. */
  async #readNamed(ref: string, at: Pointer): Promise<SourceFile | undefined> {
    const name = targetFile(ref, parsePointer(at).file);
    const known = this.#files.get(name);
    if (known) return known;
    const read = await readReference(name, { ref, at }, this.#access(), this.#sink);
    return read && this.#parseInput(name, read.path, read.bytes);
  }

  /** The file of `--config`, else beside the document, else in the output folder; over `x-gateway-config`. */
  async #readSettings(
    document: { readonly value: JsonObject; readonly at: Pointer } | undefined,
  ): Promise<{ readonly layers: readonly SettingsLayer[]; readonly found: boolean } | undefined> {
    const embedded = document && embeddedSettings(document.value, document.at);
    this.#settingsRead ??= this.#readSettingsFile(embedded !== undefined);
    const file = await this.#settingsRead;
    if (file === "failed") return undefined;
    const layers: SettingsLayer[] = [];
    for (const source of [file, embedded]) {
      if (!source) continue;
      const layer = readLayer(source.value, source.at, this.#sink);
      if (!layer) return undefined;
      layers.push(layer);
    }
    return { layers, found: file !== undefined };
  }

  async #readSettingsFile(isEmbedded: boolean): Promise<FoundSettings | "failed" | undefined> {
    const { config, out, settings, input } = this.#options;
    if (settings !== undefined) {
      const name = "settings";
      this.#digest(name, Buffer.from(JSON.stringify(settings)));
      return { value: structuredClone(settings), at: root(name) };
    }
    const folders = this.#folder === undefined ? [] : [this.#folder];
    if (out !== undefined && !isEmbedded) folders.push(out);
    const path = config ?? findSettingsFile(folders, this.#sink, this.#options.onRead);
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
    const text = bytes && this.#decode(name, bytes);
    const file = text === undefined ? undefined : await this.#parse(name, resolve(path), text);
    const isInput = config !== undefined || folderOf(path) === this.#folder;
    if (file && bytes && isInput) this.#digest(name, bytes);
    return file ? { value: file.value, at: root(name) } : "failed";
  }

  /** The document under its overlays: those of the settings, then those that the run names. */
  async #layOver(
    found: FoundDocument,
    settings: LoadedSettings,
    intrinsics: IntrinsicResolver,
  ): Promise<FoundDocument | undefined> {
    const files = [
      ...(await this.#readNamedOverlays(settings)),
      ...(await this.#readGivenOverlays()),
    ];
    if (files.length === 0) return found;
    const known = files.filter((file) => file !== undefined);
    if (known.length < files.length) return undefined;
    // most runs have no overlay
    const { layOver } = await import("./overlay/lay-over.js");
    const overlays = known.map(({ name, value }) => {
      const at = root(name);
      this.#resolveIntrinsics(intrinsics, name, value, at);
      return { name, value, at };
    });
    const target = { root: found.document, at: found.at, file: this.#name };
    const result = layOver(target, overlays, this.#sink);
    if (result === undefined) return undefined;
    this.#moved.unshift(result.moved);
    this.#layers.push(...overlays.map(({ name }) => name));
    return { ...found, document: result.root };
  }

  /** The settings may have come with the document: what they name is read as references are. */
  async #readNamedOverlays(settings: LoadedSettings): Promise<readonly (SourceFile | undefined)[]> {
    const api = settings.value["api"];
    const names = isObject(api) && isList(api["overlays"]) ? api["overlays"] : [];
    const files: (SourceFile | undefined)[] = [];
    for (const [index, ref] of names.map(String).entries()) {
      const at = child(settings.place("api", "overlays"), index);
      files.push(await this.#readNamed(ref, at));
    }
    return files;
  }

  async #readGivenOverlays(): Promise<readonly (SourceFile | undefined)[]> {
    const files: (SourceFile | undefined)[] = [];
    for (const overlay of this.#options.overlays ?? []) {
      const path = resolve(overlay);
      const name = nameInFolder(path, this.#folder ?? resolve("."));
      this.#options.onRead?.(path);
      const bytes = await readTextFile(path, root(name), this.#sink);
      files.push(bytes && (await this.#parseInput(name, path, bytes)));
    }
    return files;
  }

  #access(): ReferenceAccess {
    const { allowRemoteRefs = [], refRoots = [], onRead } = this.#options;
    return { folder: this.#folder, refRoots, allowRemoteRefs, onRead };
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
    this.#moved.unshift(merged.moved);
    this.#layers.push(name);
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
    const access = this.#access();
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
    const names = file === this.#documentFile ? [file, ...this.#layers] : [file];
    const text = names.map((name) => this.#files.get(name)?.text ?? "").join("\n");
    // a pointer is relative to the schema around it that names itself, too
    if (identifiers.mayStandIn(text)) identifiers.add(value, at, isOpenApi(value));
    // in Terraform a reference is written otherwise
    if (this.#terraform === undefined && !mayLeave(text)) return [];
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
    return this.#moved.reduce(originIn, at);
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

/** Where a node was before one change of the document. */
function originIn(at: Pointer, moved: ReadonlyMap<Pointer, Pointer>): Pointer {
  if (moved.size === 0) return at;
  const { file, keys } = parsePointer(at);
  for (let count = keys.length; count > 0; count--) {
    const from = moved.get(descend(root(file), keys.slice(0, count)));
    if (from !== undefined) return descend(from, keys.slice(count));
  }
  return at;
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

interface FoundSettings {
  readonly value: unknown;
  readonly at: Pointer;
}

/** What a file holds: a document, or something that a document is built from. */
type FoundInput =
  | {
      readonly kind: "document";
      readonly document: JsonObject;
      readonly at: Pointer;
      readonly format: LoadedDocument["format"];
    }
  | { readonly kind: "source"; readonly source: ApiSource };

interface FoundDocument {
  readonly document: JsonObject;
  readonly at: Pointer;
  readonly format: LoadedDocument["format"];
  readonly kindHint: "rest" | "http" | undefined;
  /** Of the template around the document. */
  readonly settings: SettingsLayer | undefined;
  readonly isBuilt: boolean;
}

/**
 * The settings of a template under those that are given. Where these name stages, stages that they do not
 * name are left out, with what is for them alone.
 */
function underSettings(
  layer: SettingsLayer | undefined,
  given: LoadedSettings,
): readonly SettingsLayer[] {
  const stages = given.value["stages"];
  if (layer === undefined || !isObject(stages)) return layer === undefined ? [] : [layer];
  const named = (name: string): boolean => Object.hasOwn(stages, name);
  const { stages: own, usagePlans, ...others } = layer.value;
  const plans = Object.entries(isObject(usagePlans) ? usagePlans : {}).flatMap(([name, plan]) => {
    const listed = isObject(plan) && isList(plan["stages"]) ? plan["stages"].map(String) : [];
    const kept = listed.filter(named);
    return kept.length === 0 ? [] : [[name, { ...(plan as JsonObject), stages: kept }] as const];
  });
  const value = {
    ...others,
    stages: Object.fromEntries(
      Object.entries(isObject(own) ? own : {}).filter(([name]) => named(name)),
    ),
    ...(plans.length === 0 ? {} : { usagePlans: Object.fromEntries(plans) }),
  };
  return [{ ...layer, value }];
}

/** A template refers to much that is not of the API; of its placeholders those of the document count. */
function usedPlaceholders(
  intrinsics: IntrinsicResolver,
  { isBuilt }: FoundDocument,
  document: JsonObject,
): LoadedDocument["placeholders"] {
  const placeholders = intrinsics.placeholders();
  if (!isBuilt || placeholders.length === 0) return placeholders;
  const names = new Set(placeholderNames(JSON.stringify(document)));
  return placeholders.filter(({ name }) => names.has(name));
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
