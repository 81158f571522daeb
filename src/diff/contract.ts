import type { Body, BodyContent, Operation, Parameter, Response } from "../ir/operation.js";
import { quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import type { Change, ChangeKind, ChangeSeverity } from "./change.js";
import { pairUp } from "./pairs.js";
import { routeName } from "./routes.js";
import type { Direction, SchemaComparison } from "./schemas.js";

/** Compares what clients send and get; differences of schemas go to `schemas`. */
export function compareContract(
  before: Operation,
  after: Operation,
  schemas: SchemaComparison,
): readonly Change[] {
  const subject = routeName(after);
  const context = { subject, schemas };
  return [
    ...compareParameters(before.parameters, after.parameters, context),
    ...compareBodies(before, after, context),
    ...compareResponses(before.responses, after.responses, context),
  ];
}

interface Context {
  readonly subject: string;
  readonly schemas: SchemaComparison;
}

function change(
  { subject }: Context,
  kind: ChangeKind,
  severity: ChangeSeverity,
  message: string,
  [before, after]: readonly [Pointer | undefined, Pointer | undefined],
): Change {
  return { kind, severity, subject, message, before, after };
}

const places = { path: "path variable", query: "query parameter", header: "header" } as const;

function parameterName({ name, in: place }: Parameter): string {
  return `the ${places[place]} ${quote(name)}`;
}

function parameterKey(parameter: Parameter): string {
  const { name, in: place } = parameter;
  return `${place} ${place === "header" ? name.toLowerCase() : name}`;
}

function compareParameters(
  before: readonly Parameter[],
  after: readonly Parameter[],
  context: Context,
): readonly Change[] {
  const { both, removed, added } = pairUp(before, after, parameterKey);
  // path variables come and go with the path
  const isOwn = ({ in: place }: Parameter): boolean => place !== "path";
  return [
    ...removed
      .filter(isOwn)
      .map((one) =>
        change(context, "parameter", "behaviour", `${parameterName(one)} is gone`, [
          one.at,
          undefined,
        ]),
      ),
    ...added.filter(isOwn).map((one) => {
      const text = one.required ? "is new and required" : "is new";
      const severity = one.required ? "breaking" : "safe";
      return change(context, "parameter", severity, `${parameterName(one)} ${text}`, [
        undefined,
        one.at,
      ]);
    }),
    ...both.flatMap(([old, now]) => {
      const path = now.name;
      context.schemas.compare(old.schema, now.schema, {
        subject: context.subject,
        path,
        direction: "request",
      });
      return required(old, now, parameterName(now), "parameter", context);
    }),
  ];
}

interface Required {
  readonly required: boolean;
  readonly at: Pointer;
}

function required(
  before: Required,
  after: Required,
  name: string,
  kind: ChangeKind,
  context: Context,
): readonly Change[] {
  if (before.required === after.required) return [];
  const text = after.required ? "is required now" : "is not required any more";
  const severity = after.required ? "breaking" : "safe";
  return [change(context, kind, severity, `${name} ${text}`, [before.at, after.at])];
}

function compareBodies(
  { body: before }: Operation,
  { body: after }: Operation,
  context: Context,
): readonly Change[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined || after === undefined) return [bodyChange(before, after, context)];
  return [
    ...required(before, after, "the body", "body", context),
    ...compareContent(before.content, after.content, context, {
      kind: "body",
      name: "the body",
      direction: "request",
    }),
  ];
}

function bodyChange(before: Body | undefined, after: Body | undefined, context: Context): Change {
  const at = [before?.at, after?.at] as const;
  if (after === undefined) return change(context, "body", "behaviour", "the body is gone", at);
  const text = after.required ? "a body is asked for now" : "a body may be sent now";
  return change(context, "body", after.required ? "breaking" : "safe", text, at);
}

function compareContent(
  before: readonly BodyContent[],
  after: readonly BodyContent[],
  context: Context,
  about: { readonly kind: ChangeKind; readonly name: string; readonly direction: Direction },
): readonly Change[] {
  const { both, removed, added } = pairUp(before, after, ({ mediaType }) => mediaType);
  const { kind, name, direction } = about;
  for (const [old, now] of both) {
    if (old.schema === undefined || now.schema === undefined) continue;
    const spot = {
      subject: context.subject,
      path: direction === "request" ? "body" : name,
      direction,
    };
    context.schemas.compare(old.schema, now.schema, spot);
  }
  return [
    ...removed.map(({ mediaType, at }) =>
      change(context, kind, "breaking", `${name} is not ${quote(mediaType)} any more`, [
        at,
        undefined,
      ]),
    ),
    ...added.map(({ mediaType, at }) =>
      change(context, kind, "safe", `${name} may be ${quote(mediaType)} now`, [undefined, at]),
    ),
  ];
}

function compareResponses(
  before: readonly Response[],
  after: readonly Response[],
  context: Context,
): readonly Change[] {
  const { both, removed, added } = pairUp(before, after, ({ status }) => status);
  return [
    ...removed.map(({ status, at }) => {
      const severity = status.startsWith("2") ? "breaking" : "behaviour";
      return change(context, "response", severity, `the response ${status} is gone`, [
        at,
        undefined,
      ]);
    }),
    ...added.map(({ status, at }) =>
      change(context, "response", "safe", `the response ${status} is new`, [undefined, at]),
    ),
    ...both.flatMap(([old, now]) => compareResponse(old, now, context)),
  ];
}

function compareResponse(before: Response, after: Response, context: Context): readonly Change[] {
  const name = `the response ${after.status}`;
  const at = [before.at, after.at] as const;
  const headers = pairUp(before.headers, after.headers, (header) => header.name.toLowerCase());
  return [
    ...headers.removed.map((header) =>
      change(
        context,
        "response",
        "breaking",
        `${name} has no header ${quote(header.name)} any more`,
        at,
      ),
    ),
    ...headers.added.map((header) =>
      change(context, "response", "safe", `${name} has the header ${quote(header.name)} now`, at),
    ),
    ...compareContent(before.content, after.content, context, {
      kind: "response",
      name,
      direction: "response",
    }),
  ];
}
