import type {
  ForeachNode,
  SetNode,
  TemplateExpression,
  TemplateNode,
  TemplateReference,
} from "../../ir/template.js";

/** What is known of a value when code is printed; `maybe` may be undefined, `nothing` always is. */
export type StaticType = "string" | "boolean" | "number" | "value" | "maybe" | "nothing";

/** What the first name of a reference stands for. */
export type Root =
  | { readonly kind: "input" | "util" | "context" | "stageVariables" }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "item"; readonly loop: ForeachNode }
  | { readonly kind: "round"; readonly loop: ForeachNode }
  | { readonly kind: "count" | "hasNext"; readonly loop: ForeachNode }
  /** A property of the variable `foreach`. */
  | { readonly kind: "flat"; readonly property: "count" | "hasNext" }
  | { readonly kind: "nothing" };

export type VariableType = "string" | "value" | "maybe";

/** A variable of a template. */
export interface Variable {
  readonly name: string;
  /** `maybe`: read before it may have been set. */
  readonly type: VariableType;
  /** The `#set` or `#define` that declares it; undefined: declared in front of everything. */
  readonly declaredAt: TemplateNode | undefined;
  /** Set once only. */
  readonly isConstant: boolean;
}

/** A template as it is printed: what can never run or be seen is gone. */
export interface Analysis {
  readonly nodes: readonly TemplateNode[];
  readonly variables: ReadonlyMap<string, Variable>;
  /** Loop variables are ordinary ones, since a `#define` may read them from anywhere. */
  readonly isFlat: boolean;
  /** Set variables that nobody reads. */
  isUnread(name: string): boolean;
  root(name: string, loops: readonly ForeachNode[]): Root;
  typeOf(expression: TemplateExpression, loops: readonly ForeachNode[]): StaticType;
  /** The nodes of a string without what can never run. */
  pruned(nodes: readonly TemplateNode[], loops: readonly ForeachNode[]): readonly TemplateNode[];
  /** The outcome of a condition that never varies. */
  constantCondition(
    condition: TemplateExpression,
    loops: readonly ForeachNode[],
  ): boolean | undefined;
}

/** Members of `$context` that are text whenever they are there. */
const contextTexts = new Set(
  `accountId apiId deploymentId domainName domainPrefix extendedRequestId httpMethod path protocol
  requestId requestTime resourceId resourcePath stage identity.sourceIp identity.userAgent
  identity.accountId identity.apiKey identity.apiKeyId identity.caller identity.user identity.userArn
  identity.cognitoAuthenticationType identity.cognitoAuthenticationProvider identity.cognitoIdentityId
  identity.cognitoIdentityPoolId authorizer.principalId operationName`.split(/\s+/),
);

/** `identity.sourceIp` for a reference to a text of `$context`, or to one stage variable. */
export function textName({ name, parts }: TemplateReference): string | undefined {
  const names = parts.map((part) => {
    if (part.kind === "property") return part.name;
    return part.kind === "index" && part.index.kind === "string" ? part.index.text : undefined;
  });
  if (names.length === 0 || names.includes(undefined)) return undefined;
  if (name === "stageVariables") return names.length === 1 ? names[0] : undefined;
  const dotted = names.join(".");
  return contextTexts.has(dotted) ? dotted : undefined;
}

/** Functions of `$util` and what they give. */
export const utilFunctions: ReadonlyMap<string, "string" | "maybe"> = new Map([
  ["escapeJavaScript", "string"],
  ["urlEncode", "string"],
  ["urlDecode", "string"],
  ["base64Encode", "string"],
  ["base64Decode", "string"],
  ["parseJson", "maybe"],
]);

const builtIn = new Set(["input", "util", "context", "stageVariables"]);

/** Works out types, dead parts and places of declarations until nothing changes. */
export function analyseTemplate(
  nodes: readonly TemplateNode[],
  unread: ReadonlySet<string> = new Set(),
): Analysis {
  let analyser = new Analyser(nodes, unread);
  for (let round = 0; round < 20; round++) {
    const pruned = analyser.pruned();
    if (pruned === analyser.nodes) break;
    analyser = new Analyser(pruned, unread);
  }
  return analyser.finish();
}

/** Where a variable is mentioned. */
interface Mention {
  readonly name: string;
  readonly kind: "read" | "set";
  /** The `#set` or `#define`, for kind `set`. */
  readonly node: TemplateNode | undefined;
  readonly block: BlockInfo;
}

interface BlockInfo {
  readonly parent: BlockInfo | undefined;
  readonly depth: number;
  /** Runs more than once while its variables live on. */
  readonly repeats: boolean;
}

class Analyser {
  readonly nodes: readonly TemplateNode[];
  readonly #isFlat: boolean;
  readonly #types = new Map<string, VariableType>();
  readonly #read = new Set<string>();
  readonly #mentions: Mention[] = [];

  /** `unread`: variables that are known not to be read by any code. */
  constructor(nodes: readonly TemplateNode[], unread: ReadonlySet<string>) {
    this.nodes = nodes;
    this.#isFlat = hasDefine(nodes);
    this.#collect(nodes, [], { parent: undefined, depth: 0, repeats: false });
    for (const [name, mentions] of this.#byName()) {
      if (!mentions.some(({ kind }) => kind === "set")) continue;
      this.#types.set(name, this.#declaration(mentions) === undefined ? "maybe" : "string");
    }
    while (this.#widen(nodes, []));
    for (const { name, kind } of this.#mentions) {
      if (kind === "read" && !unread.has(name)) this.#read.add(name);
    }
  }

  finish(): Analysis {
    return {
      nodes: this.nodes,
      variables: this.#variables(),
      isFlat: this.#isFlat,
      isUnread: (name) => !this.#read.has(name),
      root: (name, loops) => this.root(name, loops),
      typeOf: (expression, loops) => this.typeOf(expression, loops),
      pruned: (nodes, loops) => this.#prune(nodes, loops),
      constantCondition: (condition, loops) => this.constantCondition(condition, loops),
    };
  }

  root(name: string, loops: readonly ForeachNode[]): Root {
    if (!this.#isFlat) {
      for (const loop of loops.toReversed()) {
        if (loop.item === name) return { kind: "item", loop };
        if (name === "foreach") return { kind: "round", loop };
        if (name === "velocityCount") return { kind: "count", loop };
        if (name === "velocityHasNext") return { kind: "hasNext", loop };
      }
    }
    if (this.#types.has(name)) return { kind: "variable", name };
    if (this.#isFlat && this.#types.has("foreach")) {
      if (name === "velocityCount") return { kind: "flat", property: "count" };
      if (name === "velocityHasNext") return { kind: "flat", property: "hasNext" };
    }
    if (isBuiltIn(name)) return { kind: name };
    return { kind: "nothing" };
  }

  typeOf(expression: TemplateExpression, loops: readonly ForeachNode[]): StaticType {
    switch (expression.kind) {
      case "string":
      case "interpolation":
        return "string";
      case "integer":
        return Number.isSafeInteger(Number(expression.value)) ? "number" : "value";
      case "boolean":
      case "not":
        return "boolean";
      case "double":
      case "list":
      case "map":
      case "null":
        return "value";
      case "range":
        return "maybe";
      case "reference":
        return this.#referenceType(expression.reference, loops);
      case "operation":
        return this.#operationType(expression, loops);
    }
  }

  #operationType(
    { operator, left, right }: Extract<TemplateExpression, { kind: "operation" }>,
    loops: readonly ForeachNode[],
  ): StaticType {
    switch (operator) {
      case "+": {
        const isText = (side: TemplateExpression): boolean =>
          ["string", "nothing"].includes(this.typeOf(side, loops));
        return isText(left) || isText(right) ? "string" : "maybe";
      }
      case "-":
      case "*":
      case "/":
      case "%":
        return "maybe";
      default:
        return "boolean";
    }
  }

  #referenceType(reference: TemplateReference, loops: readonly ForeachNode[]): StaticType {
    const root = this.root(reference.name, loops);
    const [first, second] = reference.parts;
    switch (root.kind) {
      case "nothing":
        return "nothing";
      case "variable":
        return first === undefined ? (this.#types.get(root.name) ?? "value") : "maybe";
      case "item":
      case "flat":
        return "maybe";
      case "count":
        return first === undefined ? "number" : "maybe";
      case "hasNext":
        return first === undefined ? "boolean" : "maybe";
      case "round":
        return roundType(reference, loops.indexOf(root.loop));
      case "input":
        if (second !== undefined || first === undefined) return "maybe";
        return inputType(first);
      case "util": {
        const type = first?.kind === "method" ? utilFunctions.get(first.name) : undefined;
        return second === undefined ? (type ?? "nothing") : "maybe";
      }
      case "context":
      case "stageVariables":
        return textName(reference) === undefined ? "maybe" : "string";
    }
  }

  constantCondition(
    condition: TemplateExpression,
    loops: readonly ForeachNode[],
  ): boolean | undefined {
    switch (condition.kind) {
      case "boolean":
        return condition.value;
      case "reference": {
        const type = this.typeOf(condition, loops);
        return type === "string" || type === "number" || type === "nothing" ? true : undefined;
      }
      case "not": {
        const inner = this.constantCondition(condition.of, loops);
        return inner === undefined ? undefined : !inner;
      }
      case "operation":
        return this.#constantOperation(condition, loops);
      default:
        // A bare literal is false, whatever it is.
        return false;
    }
  }

  #constantOperation(
    { operator, left, right }: Extract<TemplateExpression, { kind: "operation" }>,
    loops: readonly ForeachNode[],
  ): boolean | undefined {
    if (operator === "&&" || operator === "||") {
      const first = this.constantCondition(left, loops);
      if (first === undefined) return undefined;
      return first === (operator === "||") ? first : this.constantCondition(right, loops);
    }
    if (operator === "==" || operator === "!=") {
      const a = this.#constantText(left, loops);
      const b = this.#constantText(right, loops);
      if (a === undefined || b === undefined) return undefined;
      return (a === b) === (operator === "==");
    }
    return ["<", ">", "<=", ">="].includes(operator) ? undefined : false;
  }

  #constantText(expression: TemplateExpression, loops: readonly ForeachNode[]): string | undefined {
    if (expression.kind === "string") return expression.text;
    return this.typeOf(expression, loops) === "nothing" ? "" : undefined;
  }

  /** Mentions in the order of the text. */
  #collect(nodes: readonly TemplateNode[], loops: readonly ForeachNode[], block: BlockInfo): void {
    for (const node of nodes) this.#collectNode(node, loops, block);
  }

  #collectNode(node: TemplateNode, loops: readonly ForeachNode[], block: BlockInfo): void {
    const inner = (repeats: boolean): BlockInfo => ({
      parent: block,
      depth: block.depth + 1,
      repeats: repeats || block.repeats,
    });
    const read = (expression: TemplateExpression): void =>
      this.#collectExpression(expression, loops, block);
    switch (node.kind) {
      case "reference":
        this.#collectReference(node.reference, loops, block);
        return;
      case "set":
        read(node.value);
        if (node.target.decorated) return;
        if (node.target.parts.length > 0) this.#collectReference(node.target, loops, block);
        else this.#mention(node.target.name, "set", node, loops, block);
        return;
      case "if":
        for (const branch of node.branches) {
          read(branch.condition);
          this.#collect(branch.body, loops, inner(false));
        }
        this.#collect(node.otherwise ?? [], loops, inner(false));
        return;
      case "foreach":
        if (node.list) read(node.list);
        if (this.#isFlat) {
          this.#mention(node.item, "set", undefined, loops, block);
          this.#mention("foreach", "set", undefined, loops, block);
        }
        this.#collect(node.body, [...loops, node], inner(true));
        return;
      case "define":
        this.#mention(node.name, "set", node, loops, block);
        this.#collect(node.body, loops, inner(true));
        return;
      case "text":
      case "break":
      case "stop":
      case "fail":
        return;
    }
  }

  #mention(
    name: string,
    kind: Mention["kind"],
    node: TemplateNode | undefined,
    loops: readonly ForeachNode[],
    block: BlockInfo,
  ): void {
    if (!this.#isFlat && loops.some((loop) => isOfLoop(name, loop))) return;
    this.#mentions.push({ name, kind, node, block });
  }

  #collectReference(
    { name, parts }: TemplateReference,
    loops: readonly ForeachNode[],
    block: BlockInfo,
  ): void {
    const isCounter = this.#isFlat && /^velocity(?:Count|HasNext)$/.test(name);
    this.#mention(name, "read", undefined, loops, block);
    if (isCounter) this.#mention("foreach", "read", undefined, loops, block);
    const isReplaced = parts.some((part) => part.kind === "property" && part.name === "replaced");
    if (name === "foreach" && isReplaced) {
      this.#mention(name, "read", undefined, [], block);
    }
    for (const part of parts) {
      const inner = part.kind === "method" ? part.args : part.kind === "index" ? [part.index] : [];
      for (const arg of inner) this.#collectExpression(arg, loops, block);
    }
  }

  #collectExpression(
    expression: TemplateExpression,
    loops: readonly ForeachNode[],
    block: BlockInfo,
  ): void {
    if (expression.kind === "reference") {
      this.#collectReference(expression.reference, loops, block);
    } else if (expression.kind === "interpolation") {
      const isSimple = expression.nodes.every(
        (node) => node.kind === "text" || node.kind === "reference",
      );
      const own = isSimple ? block : { parent: block, depth: block.depth + 1, repeats: true };
      this.#collect(expression.nodes, loops, own);
    } else {
      for (const part of partsOf(expression)) this.#collectExpression(part, loops, block);
    }
  }

  /** Finds variables that are more than text; true when one was found. */
  #widen(nodes: readonly TemplateNode[], loops: readonly ForeachNode[]): boolean {
    let changed = false;
    const note = (name: string): void => {
      if (this.#types.get(name) !== "string") return;
      this.#types.set(name, "value");
      changed = true;
    };
    const visit = (list: readonly TemplateNode[], around: readonly ForeachNode[]): void => {
      for (const node of list) {
        if (node.kind === "define") {
          note(node.name);
          visit(node.body, around);
        } else if (node.kind === "foreach") {
          if (this.#isFlat) {
            changed = this.#mayBeNothing(node.item) || changed;
            changed = this.#mayBeNothing("foreach") || changed;
          }
          visit(node.body, [...around, node]);
        } else if (node.kind === "if") {
          for (const branch of node.branches) visit(branch.body, around);
          visit(node.otherwise ?? [], around);
        } else if (node.kind === "set" && node.target.parts.length === 0) {
          const type = this.typeOf(node.value, around);
          if (type !== "string" && type !== "nothing") note(node.target.name);
        }
        for (const inner of interpolationsOf(node)) visit(inner, around);
      }
    };
    visit(nodes, loops);
    return changed;
  }

  /** A loop sets the variable to an element, which may be null; true when that is news. */
  #mayBeNothing(name: string): boolean {
    const type = this.#types.get(name);
    if (type === undefined || type === "maybe") return false;
    this.#types.set(name, "maybe");
    return true;
  }

  /** The template without what can never run or be seen; the same list when there is no such part. */
  pruned(): readonly TemplateNode[] {
    return this.#prune(this.nodes, []);
  }

  #prune(nodes: readonly TemplateNode[], loops: readonly ForeachNode[]): readonly TemplateNode[] {
    const out: TemplateNode[] = [];
    for (const node of nodes) {
      out.push(...this.#pruneNode(node, loops));
      if (exits(out.at(-1))) break;
    }
    const isSame = out.length === nodes.length && out.every((node, index) => node === nodes[index]);
    return isSame ? nodes : out;
  }

  #pruneNode(node: TemplateNode, loops: readonly ForeachNode[]): readonly TemplateNode[] {
    switch (node.kind) {
      case "reference": {
        const { kind } = this.root(node.reference.name, loops);
        return kind === "nothing" && node.reference.parts.length === 0 ? [] : [node];
      }
      case "set":
        return this.#isDroppable(node, loops) ? [] : [node];
      case "if":
        return this.#pruneIf(node, loops);
      case "foreach": {
        if (node.list === undefined || !this.#hasRounds(node.list, loops)) return [];
        const body = this.#prune(node.body, [...loops, node]);
        return body === node.body ? [node] : [{ ...node, body }];
      }
      case "define": {
        if (!this.#read.has(node.name)) return [];
        const body = this.#prune(node.body, loops);
        return body === node.body ? [node] : [{ ...node, body }];
      }
      case "text":
      case "break":
      case "stop":
      case "fail":
        return [node];
    }
  }

  /** A text, number or truth value yields no round. */
  #hasRounds(list: TemplateExpression, loops: readonly ForeachNode[]): boolean {
    const type = this.typeOf(list, loops);
    return (type === "value" || type === "maybe") && list.kind !== "double";
  }

  /** A value that nobody reads and whose making nobody notices. */
  #isDroppable({ target, value }: SetNode, loops: readonly ForeachNode[]): boolean {
    if (target.parts.length > 0 && !target.decorated) {
      return this.root(target.name, loops).kind === "nothing" && isSilent(value);
    }
    const isSeen = this.root(target.name, loops).kind === "variable" && this.#read.has(target.name);
    const isItem = this.root(target.name, loops).kind === "item";
    return (target.decorated || !(isSeen || isItem)) && isSilent(value);
  }

  #pruneIf(
    node: Extract<TemplateNode, { kind: "if" }>,
    loops: readonly ForeachNode[],
  ): readonly TemplateNode[] {
    const branches = [];
    let otherwise = node.otherwise;
    let changed = false;
    for (const branch of node.branches) {
      const outcome = this.constantCondition(branch.condition, loops);
      if (outcome === false) {
        changed = true;
        continue;
      }
      const body = this.#prune(branch.body, loops);
      if (outcome === true) {
        if (branches.length === 0) return body;
        otherwise = body;
        changed = true;
        break;
      }
      changed ||= body !== branch.body;
      branches.push(body === branch.body ? branch : { ...branch, body });
    }
    const rest = otherwise && this.#prune(otherwise, loops);
    if (branches.length === 0) return rest ?? [];
    const isEmpty = branches.every(({ body }) => body.length === 0) && (rest?.length ?? 0) === 0;
    if (isEmpty && branches.every(({ condition }) => isSilent(condition))) return [];
    if (!changed && rest === node.otherwise) return [node];
    return [{ ...node, branches, otherwise: rest?.length === 0 ? undefined : rest }];
  }

  #variables(): ReadonlyMap<string, Variable> {
    const variables = new Map<string, Variable>();
    const byName = this.#byName();
    for (const [name, type] of this.#types) {
      if (!this.#read.has(name)) continue;
      const mentions = byName.get(name) ?? [];
      const sets = mentions.filter(({ kind }) => kind === "set");
      const declaredAt = this.#declaration(mentions);
      const isConstant = sets.length === 1 && declaredAt !== undefined;
      variables.set(name, { name, type, declaredAt, isConstant });
    }
    return variables;
  }

  #byName(): ReadonlyMap<string, readonly Mention[]> {
    const byName = new Map<string, Mention[]>();
    for (const mention of this.#mentions) {
      const known = byName.get(mention.name);
      if (known) known.push(mention);
      else byName.set(mention.name, [mention]);
    }
    return byName;
  }

  /** The first mention, where it is a `#set` in the block that holds all the others. */
  #declaration(mentions: readonly Mention[]): TemplateNode | undefined {
    const [first, ...others] = mentions;
    if (first?.kind !== "set" || first.node === undefined) return undefined;
    const isHeld = others.every(({ block }) => isWithin(block, first.block));
    if (!isHeld) return undefined;
    // A value that comes to nothing keeps the one of the round before.
    const { node, block } = first;
    const isKept = node.kind === "set" && block.repeats && isArithmetic(node.value);
    return isKept ? undefined : node;
  }
}

/** Whether nothing behind a node can run. */
export function exits(node: TemplateNode | undefined): boolean {
  if (node?.kind === "stop" || node?.kind === "break" || node?.kind === "fail") return true;
  if (node?.kind !== "if" || node.otherwise === undefined) return false;
  return blocksOf(node).every((block) => exits(block.at(-1)));
}

function isWithin(block: BlockInfo, outer: BlockInfo): boolean {
  let around: BlockInfo | undefined = block;
  while (around !== undefined && around.depth > outer.depth) around = around.parent;
  return around === outer;
}

function isBuiltIn(name: string): name is "input" | "util" | "context" | "stageVariables" {
  return builtIn.has(name);
}

function isOfLoop(name: string, loop: ForeachNode): boolean {
  return name === loop.item || /^(?:foreach|velocityCount|velocityHasNext)$/.test(name);
}

/** Whether a right side may come to nothing other than the empty string. */
export function isArithmetic(expression: TemplateExpression): boolean {
  if (expression.kind === "range") return true;
  return expression.kind === "operation" && /^[-+*/%]$/.test(expression.operator);
}

function roundType({ parts }: TemplateReference, depth: number): StaticType {
  let level = depth;
  for (const [index, part] of parts.entries()) {
    if (part.kind !== "property") return "maybe";
    const isLast = index === parts.length - 1;
    switch (part.name) {
      case "parent":
        level--;
        if (level < 0) return "nothing";
        break;
      case "topmost":
        level = 0;
        break;
      case "index":
      case "count":
        return isLast ? "number" : "maybe";
      case "hasNext":
      case "first":
      case "last":
        return isLast ? "boolean" : "maybe";
      case "info":
      case "replaced":
        return "maybe";
      default:
        return "maybe";
    }
  }
  return "value";
}

function inputType(part: TemplateReference["parts"][number]): StaticType {
  if (part.kind === "property") return part.name === "body" ? "string" : "nothing";
  if (part.kind !== "method") return "nothing";
  if (part.name === "params") return part.args.length === 0 ? "value" : "string";
  if (part.name === "json") return "string";
  return part.name === "path" ? "maybe" : "nothing";
}

/** Neither throws nor changes anything. */
function isSilent(expression: TemplateExpression): boolean {
  switch (expression.kind) {
    case "reference":
      return expression.reference.parts.every((part) => part.kind === "property");
    case "interpolation":
      return expression.nodes.every(
        (node) =>
          node.kind === "text" ||
          (node.kind === "reference" && isSilent({ kind: "reference", reference: node.reference })),
      );
    default:
      return partsOf(expression).every(isSilent);
  }
}

/** The expressions right within one, those of references and strings left out. */
function partsOf(expression: TemplateExpression): readonly TemplateExpression[] {
  switch (expression.kind) {
    case "list":
      return expression.items;
    case "map":
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case "range":
      return [expression.from, expression.to];
    case "not":
      return [expression.of];
    case "operation":
      return [expression.left, expression.right];
    default:
      return [];
  }
}

function hasDefine(nodes: readonly TemplateNode[]): boolean {
  return nodes.some((node) => {
    if (node.kind === "define") return true;
    return blocksOf(node).some(hasDefine) || interpolationsOf(node).some(hasDefine);
  });
}

function blocksOf(node: TemplateNode): readonly (readonly TemplateNode[])[] {
  if (node.kind === "if") {
    return [...node.branches.map(({ body }) => body), node.otherwise ?? []];
  }
  return node.kind === "foreach" || node.kind === "define" ? [node.body] : [];
}

/** The templates in strings of a node's own expressions. */
function interpolationsOf(node: TemplateNode): readonly (readonly TemplateNode[])[] {
  switch (node.kind) {
    case "reference":
      return inReference(node.reference);
    case "set":
      return [...inReference(node.target), ...inExpression(node.value)];
    case "if":
      return node.branches.flatMap(({ condition }) => inExpression(condition));
    case "foreach":
      return node.list ? inExpression(node.list) : [];
    default:
      return [];
  }
}

function inReference({ parts }: TemplateReference): readonly (readonly TemplateNode[])[] {
  return parts.flatMap((part) => {
    if (part.kind === "method") return part.args.flatMap(inExpression);
    return part.kind === "index" ? inExpression(part.index) : [];
  });
}

function inExpression(expression: TemplateExpression): readonly (readonly TemplateNode[])[] {
  if (expression.kind === "interpolation") return [expression.nodes];
  if (expression.kind === "reference") return inReference(expression.reference);
  return partsOf(expression).flatMap(inExpression);
}
