import type { Ajv, Code, CodeKeywordDefinition, KeywordCxt, Name } from "ajv";

/**
 * Replaces keywords of 2020-12 that Ajv gets wrong beside `unevaluatedProperties` and `unevaluatedItems`.
 * Found by the JSON Schema test suite, which runs over the result.
 */
export async function mendKeywords(ajv: Ajv): Promise<void> {
  const { _, Name: NameClass } = await import("ajv");
  const isName = (value: unknown): value is Name => value instanceof NameClass;
  const { if: conditional, unevaluatedItems, unevaluatedProperties } = await originals();
  const mended: readonly CodeKeywordDefinition[] = [
    { ...conditional, code: checkConditional },
    {
      ...unevaluatedItems,
      /** How many items a branch evaluated may be `true` or nothing at run time; both count as they mean. */
      code(context) {
        const { gen, data, it } = context;
        if (isName(it.items)) {
          const { items } = it;
          it.items = gen.const("evaluated", _`${items} === true ? ${data}.length : ${items} || 0`);
        }
        unevaluatedItems.code(context);
      },
    },
    {
      ...unevaluatedProperties,
      code(context) {
        if (isName(context.it.props)) checkUnevaluated(context, context.it.props, _);
        else unevaluatedProperties.code(context);
      },
    },
  ];
  for (const definition of mended) {
    ajv.removeKeyword(String(definition.keyword));
    ajv.addKeyword(definition);
  }
}

async function originals(): Promise<
  Record<"if" | "unevaluatedItems" | "unevaluatedProperties", CodeKeywordDefinition>
> {
  const [conditional, items, properties] = await Promise.all([
    import("ajv/dist/vocabularies/applicator/if.js"),
    import("ajv/dist/vocabularies/unevaluated/unevaluatedItems.js"),
    import("ajv/dist/vocabularies/unevaluated/unevaluatedProperties.js"),
  ]);
  return {
    if: definitionOf(conditional),
    unevaluatedItems: definitionOf(items),
    unevaluatedProperties: definitionOf(properties),
  };
}

/** CommonJS with a `default` of its own: Node gives the module, bundlers may give the member. */
function definitionOf(module: { readonly default: unknown }): CodeKeywordDefinition {
  const outer = module.default as { readonly default?: unknown };
  return (outer.default ?? outer) as CodeKeywordDefinition;
}

/** What `if` evaluates counts only where it holds, and also without `then`. */
function checkConditional(context: KeywordCxt): void {
  const { gen, parentSchema } = context;
  const valid = gen.let("valid", true);
  const holds = gen.name("_valid");
  const condition = context.subschema(
    { keyword: "if", compositeRule: true, createErrors: false, allErrors: false },
    holds,
  );
  context.mergeValidEvaluated(condition, holds);
  context.reset();
  const clause = (keyword: "then" | "else") => (): void => {
    if (parentSchema[keyword] === undefined) return;
    const part = gen.name("_valid");
    const checked = context.subschema({ keyword }, part);
    gen.assign(valid, part);
    context.mergeValidEvaluated(checked, valid);
  };
  context.setParams({ ifClause: "then" });
  gen.if(holds, clause("then"), clause("else"));
  context.pass(valid, () => context.error(true));
}

/** As the original, but a property called `constructor` is not evaluated because all objects have it. */
function checkUnevaluated(
  context: KeywordCxt,
  evaluated: Name,
  _: (strings: TemplateStringsArray, ...values: (Code | Name)[]) => Code,
): void {
  const { gen, schema, data, it } = context;
  const valid = gen.let("valid", true);
  const check = (key: Name): void => {
    if (schema === false) {
      context.setParams({ unevaluatedProperty: key });
      context.error();
      gen.assign(valid, false);
    } else {
      const part = gen.name("_valid");
      const property = {
        keyword: "unevaluatedProperties",
        dataProp: key,
        dataPropType: 1,
      } as const;
      context.subschema(property, part);
      gen.assign(valid, part);
    }
    gen.if(_`!${valid}`, () => gen.break());
  };
  gen.if(_`${evaluated} !== true`, () =>
    gen.forIn("key", data, (key) =>
      gen.if(_`!${evaluated} || !Object.hasOwn(${evaluated}, ${key})`, () => check(key)),
    ),
  );
  it.props = true;
  context.ok(valid);
}
