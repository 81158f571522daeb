import type { Mapped } from "../ir/integration.js";
import type { MappingTemplate } from "../ir/mapping.js";
import type { Operation } from "../ir/operation.js";
import type { TemplateNode, TemplateReference } from "../ir/template.js";
import { child } from "../pointer.js";
import type { LintCheck, LintFinding } from "./finding.js";

/** Traps of mappings that work and surprise; what a template hardly means is GG515. */
export const checkMappings: LintCheck = ({ gateway: { api } }) =>
  api.kind === "rest"
    ? api.operations.flatMap((operation) =>
        operation.integration.kind === "none"
          ? []
          : [
              ...noDefault(operation, operation.integration),
              ...unmappedMediaTypes(operation, operation.integration),
              ...operation.integration.requestTemplates.flatMap(unescapedForm),
            ],
      )
    : [];

function noDefault({ method, path }: Operation, mapped: Mapped): readonly LintFinding[] {
  const { responses, at } = mapped;
  if (responses.length === 0 || responses.some(({ pattern }) => pattern === undefined)) return [];
  const message = `no response of ${method} ${path} is the default: an answer that no pattern matches becomes a 500`;
  const hint = "add a response with the key default";
  return [{ rule: "no-default-response", at: child(at, "responses"), message, hint }];
}

/** Methods whose requests have a body. */
const withBody: ReadonlySet<Operation["method"]> = new Set(["ANY", "PATCH", "POST", "PUT"]);

function unmappedMediaTypes(operation: Operation, mapped: Mapped): readonly LintFinding[] {
  const { integration, method, path } = operation;
  const { requestTemplates, passthroughBehavior, at } = mapped;
  const isMapped = integration.kind === "service" || integration.kind === "function";
  if (!isMapped || requestTemplates.length === 0 || !withBody.has(method)) return [];
  if (passthroughBehavior !== "WHEN_NO_MATCH") return [];
  const types = requestTemplates.map(({ mediaType }) => mediaType).join(", ");
  const message = `a body of ${method} ${path} that is not ${types} reaches the backend without a template`;
  const hint = "set passthroughBehavior: never, which answers 415";
  return [{ rule: "unmapped-media-type", at: child(at, "requestTemplates"), message, hint }];
}

/** `Action=…&…`, behind lines of directives. */
const isForm = /^\s*(?:#[^\n]*\n\s*)*[\w.]{1,60}=[^\n]*&/;

/** One finding for a template, since who does it once does it everywhere. */
function unescapedForm({ at, text, nodes }: MappingTemplate): readonly LintFinding[] {
  if (nodes === undefined || !isForm.test(text)) return [];
  const [first] = printedInput(nodes);
  if (first === undefined) return [];
  const message = `the template puts \`$input.${first}\` into a form as it came: an & in it adds a parameter to the call`;
  const hint = "write $util.urlEncode(…) around it";
  return [{ rule: "unescaped-form", at, message, hint }];
}

/** Names of what is printed of `$input` itself, not as an argument of a call. */
function printedInput(nodes: readonly TemplateNode[]): readonly string[] {
  return nodes.flatMap((node): readonly string[] => {
    switch (node.kind) {
      case "reference":
        return inputPart(node.reference);
      case "if":
        return [
          ...node.branches.flatMap(({ body }) => printedInput(body)),
          ...printedInput(node.otherwise ?? []),
        ];
      case "foreach":
      case "define":
        return printedInput(node.body);
      case "text":
      case "set":
      case "break":
      case "stop":
      case "fail":
        return [];
    }
  });
}

function inputPart({ name, parts }: TemplateReference): readonly string[] {
  const [first] = parts;
  if (name !== "input" || first === undefined || first.kind === "index") return [];
  return [first.kind === "method" ? `${first.name}(…)` : first.name];
}
