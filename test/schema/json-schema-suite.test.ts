import { afterAll, describe, expect, test } from "vitest";
import { createCompiler, drafts, hasSuite, suiteFiles } from "./suite.js";

/**
 * Groups that are refused, by file: what the error names, and the groups (all of a file's when there is no
 * list, but for exceptions). Schemas that a gateway would have to fetch, and keywords that are declared unsupported.
 */
interface Unsupported {
  readonly names: RegExp;
  readonly groups?: readonly string[];
  readonly except?: readonly string[];
}
const remote = /^GG02[23] "(?:https?:\/\/|[\w./-]+\.json)/;
const metaschema = /^GG023 "https?:\/\/json-schema\.org\/draft/;
const unsupported: Readonly<Record<string, Readonly<Record<string, Unsupported>>>> = {
  draft4: {
    "definitions.json": { names: metaschema },
    "ref.json": { names: metaschema, groups: ["remote ref, containing refs itself"] },
    "refRemote.json": { names: remote },
  },
  "draft2020-12": {
    "defs.json": { names: metaschema },
    "ref.json": { names: metaschema, groups: ["remote ref, containing refs itself"] },
    "refRemote.json": { names: remote },
    "unevaluatedItems.json": {
      names: /^GG604 (?:the keyword \$dynamicRef|unevaluatedItems together with "contains")/,
      groups: [
        "unevaluatedItems with $dynamicRef",
        "unevaluatedItems depends on adjacent contains",
        "unevaluatedItems depends on multiple nested contains",
        "unevaluatedItems and contains interact to control item dependency relationship",
        "unevaluatedItems with minContains = 0",
      ],
    },
    "unevaluatedProperties.json": {
      names: /^GG604 the keyword \$dynamicRef/,
      groups: ["unevaluatedProperties with $dynamicRef"],
    },
    "dynamicRef.json": {
      names: /^(?:GG604 the keyword \$dynamicRef|GG02[23] "(?:http|tree\.json|extendible-dynamic))/,
      except: [
        "A $ref to a $dynamicAnchor in the same schema resource behaves like a normal $ref to an $anchor",
      ],
    },
    "vocabulary.json": { names: /^GG604 the metaschema "http/ },
  },
};

function isListed(expected: Unsupported | undefined, description: string): boolean {
  if (expected === undefined || expected.except?.includes(description)) return false;
  return expected.groups === undefined || expected.groups.includes(description);
}

describe.skipIf(!hasSuite)(
  "JSON Schema test suite (skipped where ../shared/json-schema is missing)",
  () => {
    const compiler = createCompiler();
    afterAll(() => compiler.dispose());

    describe.each(drafts)("$draft in OpenAPI $openapi", ({ draft, openapi }) => {
      test.each(suiteFiles(draft))("$file", async ({ file, groups }) => {
        const expected = unsupported[draft]?.[file];
        const wrong: string[] = [];
        for (const { description, schema, tests } of groups) {
          const { refusal, ...compiled } = await compiler.compile(schema, openapi);
          const mayRefuse = isListed(expected, description);
          if (refusal !== undefined) {
            const isNamed = refusal.some((text) => expected?.names.test(text));
            if (!mayRefuse || !isNamed) wrong.push(`${description}: ${refusal.join("; ")}`);
            continue;
          }
          if (mayRefuse) wrong.push(`${description}: listed, but not refused`);
          for (const item of tests) {
            if ("validate" in compiled && compiled.validate(item.data) !== item.valid)
              wrong.push(`${description}: ${item.description}`);
          }
        }
        expect(wrong).toEqual([]);
      });
    });
  },
);
