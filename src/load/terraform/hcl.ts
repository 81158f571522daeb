/** What a Terraform file is made of, as far as it is read here. Offsets count from the start of the text. */
export interface HclBody {
  readonly attributes: ReadonlyMap<string, HclAttribute>;
  readonly blocks: readonly HclBlock[];
}

export interface HclAttribute {
  readonly offset: number;
  readonly value: HclExpression;
}

export interface HclBlock {
  readonly offset: number;
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: HclBody;
}

export type HclExpression = { readonly offset: number } & (
  | { readonly kind: "literal"; readonly value: number | boolean | null }
  /** Text with its interpolations as they stand: `a ${var.b}`. `textOffset`: where it begins, when it stands as it is. */
  | { readonly kind: "text"; readonly text: string; readonly textOffset: number | undefined }
  | { readonly kind: "object"; readonly entries: readonly HclEntry[] }
  | { readonly kind: "list"; readonly items: readonly HclExpression[] }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly HclExpression[] }
  /** `var.x`, `aws_lambda_function.f.invoke_arn`, `local.list[0]`. */
  | { readonly kind: "reference"; readonly path: string }
  /** Operators, conditions, loops: the text as it stands. */
  | { readonly kind: "other"; readonly text: string }
);

export interface HclEntry {
  readonly offset: number;
  readonly key: string;
  readonly value: HclExpression;
}
