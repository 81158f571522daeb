import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isObject, quote } from "../../json.js";
import { placeholderNames } from "../../language/placeholder.js";
import { nearestHint } from "../../nearest.js";
import type { Pointer } from "../../pointer.js";
import { descend, parsePointer, root } from "../../pointer.js";
import type { ApiSource, BuildTools, BuiltApi } from "../api-source.js";
import { DocumentBuilder } from "../cloudformation/document-builder.js";
import { type Scalar, pseudoParameters } from "../intrinsics.js";
import { parseText } from "../parse-text.js";
import { JsonPlaces } from "../json-text.js";
import { TextLines } from "../text-lines.js";
import { isOpenApi } from "../version.js";
import type { HclBlock, HclExpression } from "./hcl.js";
import type { TerraformFile } from "./terraform-file.js";
import { addressOf, ModuleValues, resourcesOf } from "./module-values.js";
import { TerraformSettings } from "./terraform-settings.js";

const kinds: Readonly<Record<string, "rest" | "http">> = {
  aws_api_gateway_rest_api: "rest",
  aws_apigatewayv2_api: "http",
};

/**
 * Opens a Terraform file: the document in the `body` of one of its APIs, written in it or beside it. Problems:
 * GG013 which API, GG026 a body that cannot be read.
 */
export function openTerraform(
  file: TerraformFile,
  at: Pointer,
  options: { readonly resource: string | undefined; readonly sink: DiagnosticSink },
): ApiSource | undefined {
  const block = chooseApi(file, at, options.resource, options.sink);
  const body = block?.body.attributes.get("body")?.value;
  if (block === undefined || body === undefined) return undefined;
  return {
    written: undefined,
    values: (given) => valuesOf(file, body, given),
    build: (tools) => new TerraformBuilder(file, at, block, tools).build(body),
  };
}

function chooseApi(
  { body }: TerraformFile,
  at: Pointer,
  named: string | undefined,
  sink: DiagnosticSink,
): HclBlock | undefined {
  const all = resourcesOf(body, ...Object.keys(kinds));
  const apis = all.filter((block) => block.body.attributes.has("body"));
  const names = apis.map(addressOf);
  const place = all[0] ? descend(at, ["resource", ...all[0].labels]) : at;
  const found = apis.filter(
    (block) => named === undefined || addressOf(block) === named || block.labels[1] === named,
  );
  const [only, second] = found;
  if (only && !second) return only;
  if (only) {
    sink.error("GG013", place, `this file has ${found.length} APIs: ${names.join(", ")}`, {
      hint: `say which: --resource ${names[0] ?? ""}`,
    });
  } else if (named !== undefined && names.length > 0) {
    const hint = { hint: `it has ${names.join(", ")}`, ...nearestHint(named, names) };
    sink.error("GG013", place, `this file has no API ${quote(named)}`, hint);
  } else {
    sink.error(
      "GG013",
      place,
      "this Terraform file has no API with a body that is an OpenAPI document",
      {
        hint: "APIs of single resources are not read; export the API, or give its OpenAPI document",
      },
    );
  }
  return undefined;
}

/** Values behind the names that the file and its template use, as the intrinsics look them up. */
function valuesOf(
  { body, text }: TerraformFile,
  api: HclExpression,
  given: ReadonlyMap<string, Scalar>,
): ReadonlyMap<string, Scalar> {
  const known = new Map([...Object.entries(pseudoParameters), ...given]);
  const values = new ModuleValues(body, known);
  const found = new Map<string, Scalar>();
  for (const name of new Set(placeholderNames(text))) {
    const value = values.scalar(name) ?? values.functionText(name);
    if (value !== undefined) found.set(name, value);
  }
  const [, variables] = api.kind === "call" && api.name === "templatefile" ? api.arguments : [];
  const passed = variables && values.value(variables);
  for (const [name, value] of Object.entries(isObject(passed) ? passed : {})) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      found.set(name, value);
    }
  }
  return found;
}

class TerraformBuilder {
  readonly #file: TerraformFile;
  readonly #at: Pointer;
  readonly #block: HclBlock;
  readonly #tools: BuildTools;
  readonly #values: ModuleValues;

  constructor(file: TerraformFile, at: Pointer, block: HclBlock, tools: BuildTools) {
    this.#file = file;
    this.#at = at;
    this.#block = block;
    this.#tools = tools;
    this.#values = new ModuleValues(file.body, tools.intrinsics.parameters);
  }

  async build(body: HclExpression): Promise<BuiltApi | undefined> {
    const { sink, intrinsics } = this.#tools;
    const place = descend(this.#at, ["resource", ...this.#block.labels, "body"]);
    const found = await this.#document(body, place);
    if (found === undefined) return undefined;
    this.#reportUnread(place);
    const document = intrinsics.resolve(found.value, found.at);
    if (!isOpenApi(document)) {
      const message = `body is not an OpenAPI document: it is ${describe(document)}`;
      sink.error("GG013", place, message);
      return undefined;
    }
    sink.info("GG012", found.at, "this is a Terraform file; the API inside it is read");
    const builder = new DocumentBuilder(found.at, document);
    this.#addAttributes(builder);
    const paths = isObject(document["paths"]) ? document["paths"] : {};
    const settings = new TerraformSettings(this.#file.body, this.#at, this.#values, sink);
    return {
      document: builder.root,
      at: found.at,
      kindHint: kinds[this.#block.labels[0] ?? ""],
      moved: builder.moved(),
      settings: settings.read(addressOf(this.#block), paths),
    };
  }

  #reportUnread(at: Pointer): void {
    const lines = new TextLines(this.#file.text);
    const { file } = parsePointer(at);
    for (const expression of this.#values.unread) {
      const what = expression.kind === "call" ? `${expression.name}()` : "this expression";
      const message = `${what} is not computed here; its text stands for it`;
      this.#tools.sink.warning("GG025", at, message, {
        position: { file, ...lines.place(expression.offset) },
        hint: "give the value as a variable, and set it in the settings: parameters: { name: value }",
      });
    }
  }

  /** The document that an expression stands for: written there, a text, or a file beside this one. */
  async #document(
    expression: HclExpression,
    at: Pointer,
  ): Promise<{ readonly value: unknown; readonly at: Pointer } | undefined> {
    if (expression.kind === "text") return this.#inText(expression, at);
    if (expression.kind !== "call") return { value: this.#values.value(expression), at };
    const [first] = expression.arguments;
    switch (expression.name) {
      case "file":
      case "templatefile": {
        const path = first && this.#values.value(first);
        return this.#inFile(path, at);
      }
      case "jsonencode":
      case "yamlencode":
      case "jsondecode":
      case "yamldecode":
        if (first?.kind === "call") return this.#document(first, at);
        return first && { value: this.#values.value(first), at };
      case "merge":
        return { value: this.#values.value(expression), at };
      default: {
        const message = `the function ${expression.name}() is not read here`;
        this.#tools.sink.error("GG026", at, message, {
          hint: "jsonencode, yamlencode, file, templatefile and texts are read",
        });
        return undefined;
      }
    }
  }

  /** A text stays where it stands: the places of its nodes are those in the Terraform file. */
  async #inText(
    { text, textOffset }: HclExpression & { readonly kind: "text" },
    at: Pointer,
  ): Promise<{ readonly value: unknown; readonly at: Pointer } | undefined> {
    const parsed = await parseText(text, at, this.#tools.sink, {
      text: this.#file.text,
      offset: textOffset ?? 0,
    });
    if (parsed === undefined) return undefined;
    if (textOffset !== undefined) {
      const places = parsed.places ?? new JsonPlaces(text);
      this.#file.places.addInner(textOffset, (keys) => places.offset(keys));
    }
    return { value: parsed.value, at };
  }

  async #inFile(
    path: unknown,
    at: Pointer,
  ): Promise<{ readonly value: unknown; readonly at: Pointer } | undefined> {
    const name =
      typeof path === "string" ? path.replace(/^\$\{path\.(?:module|root|cwd)\}\/?/, "") : "";
    if (name === "" || name.includes("${")) {
      this.#tools.sink.error(
        "GG026",
        at,
        `${describe(path)} is not the path of a file beside this one`,
      );
      return undefined;
    }
    const file = await this.#tools.readFile(name, at);
    return file && { value: file.value, at: root(file.name) };
  }

  /** Attributes of the API that are extensions of its document; what the document says itself counts. */
  #addAttributes(builder: DocumentBuilder): void {
    if (kinds[this.#block.labels[0] ?? ""] !== "rest") return;
    const names = {
      binary_media_types: "x-amazon-apigateway-binary-media-types",
      minimum_compression_size: "x-amazon-apigateway-minimum-compression-size",
      api_key_source: "x-amazon-apigateway-api-key-source",
    } as const;
    for (const [name, extension] of Object.entries(names)) {
      const attribute = this.#block.body.attributes.get(name);
      if (attribute === undefined) continue;
      const value = this.#values.value(attribute.value);
      const isNumber = name === "minimum_compression_size" && typeof value === "string";
      const at = descend(this.#at, ["resource", ...this.#block.labels, name]);
      builder.setMissing([extension], isNumber ? Number(value) : value, at);
    }
    this.#addPolicy(builder);
  }

  /** A policy that is not read would leave the API open. */
  #addPolicy(builder: DocumentBuilder): void {
    const attribute = this.#block.body.attributes.get("policy");
    if (attribute === undefined || builder.get("x-amazon-apigateway-policy") !== undefined) return;
    const at = descend(this.#at, ["resource", ...this.#block.labels, "policy"]);
    const value = this.#values.value(attribute.value);
    const policy = typeof value === "string" ? parsed(value) : value;
    if (isObject(policy)) builder.set(["x-amazon-apigateway-policy"], policy, at);
    else {
      this.#tools.sink.error("GG026", at, "the policy of the API cannot be read from this file", {
        hint: "write it as jsonencode({ ... }), or in the document as x-amazon-apigateway-policy",
      });
    }
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
