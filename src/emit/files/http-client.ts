import type { OperationPlan } from "../../plan/plan.js";
import { render } from "../layout.js";
import type { OutputFile } from "../output-file.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printLiteral, printString } from "../printer/literal.js";
import { createModule, type ModulePrinter } from "../printer/module.js";
import { ownedModule, type Emission } from "../project.js";
import { runtimeFolder } from "../runtime-files.js";
import { operationsPath, routeTitle } from "./operations.js";

/**
 * The typed client of a REST or HTTP API: each operation a constant of its own, so that a bundle holds only those
 * that are called.
 */
export function emitHttpClient(emission: Emission): readonly OutputFile[] {
  const { plan } = emission;
  const callable = plan.operations.filter(({ operation }) => operation.routeKey === undefined);
  if (plan.client !== undefined || callable.length === 0) return [];
  const module = createModule("src/generated/client/http.ts");
  const from = `${runtimeFolder}/client/http-client.ts`;
  module.value("createHttpClient", from);
  for (const name of ["HttpClient", "HttpClientOptions", "HttpOperation"]) module.type(name, from);
  const comment = docComment({
    title: "Calls operations: `await client.call(operation, { path, query, headers, body })`.",
    lines: ["Runs in browsers and in Node; answers that the document does not declare are thrown."],
  });
  const view = {
    operations: new Code(callable.map((item) => printOperation(item, module)).join("\n\n")),
    comment: new Code(comment.join("\n")),
  };
  return [
    ownedModule(emission, module, "src/generated/client/http.ts", (head) => ({
      ...head,
      ...view,
    })),
  ];
}

function printOperation(
  { operation, name, typeName }: OperationPlan,
  module: ModulePrinter,
): string {
  const type = module.type(typeName, operationsPath);
  const { method, path, body, responses, summary, deprecated } = operation;
  const head = `export const ${name}: HttpOperation<${type}> =`;
  // prettier puts the object on a line of its own behind a head that is too long
  const isLong = head.length + " {".length > 100;
  const pad = isLong ? "    " : "  ";
  const statuses = printLiteral(responses.map(({ status }) => status));
  const contentType = body?.content[0]?.mediaType;
  return [
    ...docComment({ title: summary ?? routeTitle(operation), deprecated }),
    isLong ? `${head}\n  {` : `${head} {`,
    `${pad}method: ${printString(method)},`,
    `${pad}path: ${printString(path)},`,
    `${pad}statuses: ${render(statuses, pad.length, "statuses: ,".length)},`,
    `${pad}contentType: ${contentType === undefined ? "null" : printString(contentType)},`,
    isLong ? "  };" : "};",
  ].join("\n");
}
