import type { Pointer } from "./pointer.js";
import { parsePointer } from "./pointer.js";

export type Severity = "error" | "warning" | "info";

/** One problem of the user's input, with its place. Line and column count from 1. */
export interface Diagnostic {
  /** Stable id: `GG` and three digits, see {@link catalogue}; of lint also the name of a rule. */
  readonly code: string;
  readonly severity: Severity;
  /** The sentence a user reads; names the value and what was expected. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | undefined;
  readonly at: Pointer;
  /** Filled when the document is still at hand. */
  readonly position: Position | undefined;
}

export interface Position {
  /** As in the pointer: relative to the folder of the main document. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface DiagnosticDetails {
  readonly hint?: string;
  /** Where the pointer alone cannot say it: inside a text, or in a file that could not be parsed. */
  readonly position?: Position;
}

/** Finds places in the files that were read. */
export interface Locator {
  /** Place of a node, or of its nearest ancestor that the file holds. */
  locate(at: Pointer): Position | undefined;
  /** The lines around a place, numbered, with a mark under the column; empty when there are none. */
  frame(position: Position): string;
}

/**
 * Collects diagnostics during a run; reading goes on after a report. `Code`: what may be reported, wider
 * than the catalogue for those who have rules of their own.
 */
export interface DiagnosticSink<Code extends string = DiagnosticCode> {
  error(code: Code, at: Pointer, message: string, details?: DiagnosticDetails): void;
  warning(code: Code, at: Pointer, message: string, details?: DiagnosticDetails): void;
  info(code: Code, at: Pointer, message: string, details?: DiagnosticDetails): void;
  hasErrors(): boolean;
  /** In the order of their places; positions filled in by `locate`. */
  list(): readonly Diagnostic[];
  /** Source around a diagnostic, see {@link Locator.frame}. */
  frame(diagnostic: Diagnostic): string;
  /** Names the one who knows the files; {@link list} asks it for positions. */
  locateWith(locator: Locator): void;
}

/** A sink that keeps everything in memory. The same report at the same place is kept once. */
export function createDiagnosticSink<Code extends string = DiagnosticCode>(): DiagnosticSink<Code> {
  const reports: Diagnostic[] = [];
  const seen = new Set<string>();
  let locator: Locator | undefined;
  let errors = 0;

  const report =
    (severity: Severity) =>
    (code: Code, at: Pointer, message: string, details?: DiagnosticDetails): void => {
      const key = `${code} ${at} ${message}`;
      if (seen.has(key)) return;
      seen.add(key);
      if (severity === "error") errors++;
      reports.push({
        code,
        severity,
        message: onOneLine(message),
        hint: details?.hint && onOneLine(details.hint),
        at,
        position: details?.position,
      });
    };

  return {
    error: report("error"),
    warning: report("warning"),
    info: report("info"),
    hasErrors: () => errors > 0,
    list: () => inOrderOfPlaces(reports, locator),
    frame: ({ position }) => (position && locator?.frame(position)) ?? "",
    locateWith: (next) => {
      locator = next;
    },
  };
}

/** Names of a document may hold line breaks; messages do not. */
function onOneLine(text: string): string {
  return /[\n\r\u2028\u2029]/.test(text)
    ? text.replace(
        /[\n\r\u2028\u2029]/g,
        (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`,
      )
    : text;
}

/** Files in the order of their first report, inside a file by line and column. */
function inOrderOfPlaces(
  reports: readonly Diagnostic[],
  locator: Locator | undefined,
): readonly Diagnostic[] {
  const files = new Map<string, number>();
  const placed = reports.map((report, index) => {
    const position = report.position ?? locator?.locate(report.at);
    const file = position?.file ?? parsePointer(report.at).file;
    if (!files.has(file)) files.set(file, files.size);
    return { report: { ...report, position }, file: files.get(file) ?? 0, index };
  });
  placed.sort(
    (a, b) =>
      a.file - b.file ||
      (a.report.position?.line ?? 0) - (b.report.position?.line ?? 0) ||
      (a.report.position?.column ?? 0) - (b.report.position?.column ?? 0) ||
      a.index - b.index,
  );
  return placed.map(({ report }) => report);
}

/**
 * Every code with what it means. Groups: 0 files and settings, 1 structure, 2 paths and operations,
 * 3 security, 4 integrations, 5 mappings and templates, 6 schemas, 7 extensions, 8 WebSocket APIs, 9 output.
 * `docs/diagnostics.md` shows the same table; codes are never used again for something else.
 */
export const catalogue = {
  GG001: "A file cannot be read: it does not exist, is a folder, or may not be read.",
  GG002: "A file is larger than the limit of 64 MiB, or 20 million characters of YAML.",
  GG003: "A file is not UTF-8 text.",
  GG004: "A file is empty.",
  GG005: "A file is not valid JSON.",
  GG006: "A file is not valid YAML.",
  GG007: "A key stands twice in the same object.",
  GG008: "Nesting is deeper than the limit.",
  GG009: "YAML aliases unfold to more nodes than the limit.",
  GG010: "The file is neither an OpenAPI nor an AsyncAPI document.",
  GG011: "The version of the document is not known, or missing and assumed.",
  GG012: "The document was found inside a CloudFormation or SAM template.",
  GG013: "A template or Terraform file holds no API, or it is not said which of several.",
  GG014: "A YAML scalar means something else to readers of YAML 1.1.",
  GG015: "A YAML tag is not known.",
  GG016: "An overlay is not built as its specification asks, or is for another document.",
  GG017: "A query of an overlay is not JSONPath (RFC 9535), or takes too long.",
  GG018: "The target of an overlay's action selects nothing.",
  GG019: "A text holds half of a surrogate pair.",
  GG020: "A reference leads nowhere.",
  GG021: "References lead in a circle.",
  GG022: "A reference leads to a file outside the folders that may be read.",
  GG023: "A reference leads to the network, which is not allowed.",
  GG024: "The document cannot be put over the one that the settings name.",
  GG025: "A part of a template or Terraform file has no effect here.",
  GG026: "A part of a template or Terraform file cannot be read.",
  GG027: "A Terraform file cannot be parsed.",
  GG028: "A change of an overlay does not fit what it selects.",
  GG030: "A placeholder has no value in the settings.",
  GG031: "A condition of the template is not set in the settings.",
  GG032: "A CloudFormation intrinsic cannot be resolved here.",
  GG041: "A setting is not known.",
  GG042: "A setting has a wrong value.",
  GG043: "A setting is not supported yet and is ignored.",
  GG044: "A backend of the settings is incomplete or wrong.",
  GG045: "No stage answers without its name, since that would be ambiguous.",
  GG046: "A stage variable that the document reads is not set in a stage.",
  GG047: "A VPC link has no upstream in the settings; its routes answer 501.",
  GG048: "A limit, plan, key or caller of the settings cannot be used.",
  GG049: "A setting has no effect in this kind of API.",
  GG050: "An access log names a variable that has no value.",
  GG051: "The format of an access log cannot be used as it is.",
  GG052: "What logs, metrics or traces are sent to is incomplete or wrong.",
  GG053: "What is to be hidden in logs names nothing that can be hidden.",
  GG060: "A route whose mappings are to be the user's does not exist, or has none.",
  GG100: "A member has the wrong type and is ignored.",
  GG101: "The title of the API is missing.",
  GG102: "A word is not one of those that are allowed.",
  GG103: "A binary media type is not a media type.",
  GG104: "The minimum compression size is out of range.",
  GG105: "The resource policy is not a policy document, or too long.",
  GG106: 'CORS allows credentials together with "*".',
  GG108: "The document is over a limit of this kind of API on AWS.",
  GG109: "No request has a condition key of a policy: it counts as missing.",
  GG110: "The document departs from the schema of OpenAPI itself (checked on request only).",
  GG111: "A part of the document with an error was left out, since the run was told to keep going.",
  GG120:
    "The body for the import of AWS is without a part of the document, which AWS does not take.",
  GG121: "A model has another name on AWS.",
  GG122: "An operation has no integration: AWS deploys none like it.",
  GG123: "A manifest for AWS cannot say what the settings or the document ask for.",
  GG200: "A path does not begin with a slash.",
  GG201: "A path segment is empty or holds characters that are not allowed.",
  GG202: "A path variable is not a whole segment of the path.",
  GG203: "A greedy path variable is not the last segment.",
  GG204: "A path has two variables of the same name.",
  GG205: "The trailing slash of a path is dropped.",
  GG206: "Two path variables of different names stand at the same place of the tree.",
  GG208: "Two paths match the same requests.",
  GG209: "An operation has no responses.",
  GG210: "A key of responses is not a status.",
  GG211: "A parameter is declared twice.",
  GG212: "A parameter has no name or no place.",
  GG213: "A path parameter is not a variable of the path.",
  GG214: "A parameter stands where API Gateway reads none.",
  GG215: "A parameter name is used in several places of the request.",
  GG216: "A request validator does not exist.",
  GG217: "An operationId is used twice.",
  GG218: "The method TRACE is not taken.",
  GG219: "The document has no paths, or no operation in them.",
  GG220: "A key of a path item is not a method.",
  GG300: "An authtype is reserved and not known.",
  GG301: "A security scheme names an authorizer type but has no authorizer.",
  GG302: "An authorizer stands on a scheme that REST APIs do not read.",
  GG303: "A security scheme does not exist.",
  GG304: "A security requirement has the wrong form.",
  GG305: "Alternatives in security are not kept; all are asked for.",
  GG306: "The auth extension of an operation is not NONE or AWS_IAM.",
  GG307: "A method asks for more than one authorizer.",
  GG308: "A security scheme without authorizer leaves a method open.",
  GG310: "The type of an authorizer is missing or not known.",
  GG311: "An authorizer is of a type that this kind of API does not have.",
  GG312: "An authorizer lacks what its type needs.",
  GG313: "An authorizer has no identity source.",
  GG314: "The cache time of an authorizer is out of range.",
  GG315: "The validation expression of an authorizer cannot be used.",
  GG318: "An operation says NONE in the place of a security scheme, as SAM writes it.",
  GG400: "A member of an extension is not known and has no effect.",
  GG401: "An operation has no integration.",
  GG402: "The type of an integration is missing, not known, or not of this kind of API.",
  GG403: "The address of an HTTP integration is missing or not valid.",
  GG404: "The ARN of an integration cannot be called.",
  GG405: "A proxy integration leads to a service that allows none.",
  GG406: "The method of an integration is missing.",
  GG407: "A function is not invoked by POST.",
  GG408: "The timeout of an integration is out of range.",
  GG409: "A VPC link connection has no connection id.",
  GG410: "An integration subtype does not exist.",
  GG411: "A service integration has a parameter that its action does not know.",
  GG412: "A service integration lacks a parameter that its action needs.",
  GG413: "A service integration has no role to call as.",
  GG414: "A private integration has no VPC link.",
  GG415: "A private host is called without the encryption that the document asks for.",
  GG500: "The target of a parameter mapping is not known.",
  GG501: "The source of a parameter mapping is not text.",
  GG502: "The source of a parameter mapping cannot be read.",
  GG503: "A mapping names a parameter or header that is not declared.",
  GG504: "A header value holds a line break or control character.",
  GG505: "A header name holds characters that are not allowed.",
  GG507: "A mapped header makes every call fail.",
  GG508: "A cache key parameter cannot be read; answers of the method are not cached.",
  GG509: "A mapping template is longer than the limit.",
  GG510: "A selection pattern cannot be used.",
  GG511: "The status of an integration response is wrong or not declared.",
  GG512: "A non-proxy integration has no responses.",
  GG513: "A mapping template is not valid; calls that need it fail.",
  GG514: "The JSON path of a parameter mapping cannot be read.",
  GG515: "A construct of a mapping template is valid and hardly meant.",
  GG516: "A parameter mapping changes a header that HTTP APIs reserve.",
  GG520: "A gateway response type does not exist.",
  GG521: "The status of a gateway response is not a status code.",
  GG522: "A gateway response template holds a construct that is not replaced.",
  GG600: "A schema is not an object.",
  GG601: "A schema has a type that does not exist.",
  GG602: "A schema keyword has a value that validators refuse; it is left out.",
  GG603: "A pattern of a schema may take too long in the engine of the language.",
  GG604: "A schema keyword is not supported; what it asks for would not be checked.",
  GG700: "An extension does not exist.",
  GG701: "An extension stands where nobody reads it.",
  GG702: "A part of the document has no effect in this kind of API.",
  GG703: "An extension is not used.",
  GG710: "An integration is not served yet; its route answers 501.",
  GG712: "A part of the document has no effect yet.",
  GG800: "WebSocket routes and paths stand in one document; a project is of one kind.",
  GG801: "It is not said which of several WebSocket APIs is meant.",
  GG802: "A selection expression is missing or cannot be read.",
  GG803: "The key of a route is not allowed, or another route has it.",
  GG804: "A route other than $connect asks for authorization, an API key or parameters.",
  GG805: "A route names an integration, model or authorizer that does not exist.",
  GG806: "A member of a route or of its integration has no effect.",
  GG807: "A WebSocket API is missing, has no routes, or none for what no other route takes.",
  GG808: "An integration or authorizer is not used.",
  GG809: "A WebSocket API goes beyond a limit of the service.",
  GG810: "An AsyncAPI document is not built as version 3 asks.",
  GG811: "A part of an AsyncAPI document is not used.",
  GG812: "A request parameter of a route stands where none can stand.",
  GG900: "The folder of templates cannot be used.",
  GG901: "A template makes no file: nothing in gen-gateway has its name.",
  GG902: "A template cannot be parsed.",
  GG903: "A template uses a block, helper or partial that does not exist.",
  GG904: "A template reads a value that its view does not have.",
  GG905: "A template inserts text where it could become code.",
  GG906: "A template is too large, or takes too long.",
  GG907: "The program beside the templates cannot be used.",
  GG908: "The path of an extra file is not safe, or belongs to another file.",
  GG909: "A helper of a template failed.",
  GG910: "A built-in template has changed since it was ejected.",
  GG920: "A module of yours lacks the export of a function.",
  GG921: "A handler of yours is typed for another event than it is called with.",
  GG922: "A module of yours imports the type of an operation that there is no more.",
  GG923: "No function is in a module of yours any more.",
  GG924: "A module of yours cannot be parsed.",
} as const;

export type DiagnosticCode = keyof typeof catalogue;
