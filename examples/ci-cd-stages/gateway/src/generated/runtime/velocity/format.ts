// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isNumeric, toDouble, toInteger } from "./number.js";
import { print } from "./print.js";
import { Decimal, Double, TemplateError, type Value } from "./value.js";

const specifier = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d{1,4})?(?:\.(\d{1,3}))?([a-zA-Z%])/g;

/**
 * `String.format` for text, integers and decimals: `%s %S %d %x %X %o %f %e %b %c %n %%` with flags
 * `-`, `0`, `+`, `,`, width and precision. Throws for what does not fit.
 */
export function formatText(format: string, args: readonly Value[]): string {
  if (/%/.test(format.replace(specifier, ""))) throw new TemplateError("the format is not valid");
  let next = 0;
  return format.replace(
    specifier,
    (
      _all,
      position: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === "%") return "%";
      if (kind === "n") return "\n";
      const index = position === undefined ? next++ : Number(position) - 1;
      const value = args[index];
      if (value === undefined) throw new TemplateError("a format lacks its argument");
      const text = convert(value, kind, flags, precision);
      return pad(text, flags, Number(width ?? 0));
    },
  );
}

function convert(value: Value, kind: string, flags: string, precision: string | undefined): string {
  switch (kind) {
    case "s":
    case "S": {
      const text = value === null ? "null" : print(value);
      const cut = precision === undefined ? text : text.slice(0, Number(precision));
      return kind === "S" ? cut.toUpperCase() : cut;
    }
    case "b":
      return String(value !== null && value !== false);
    case "c":
      return typeof value === "number" ? String.fromCodePoint(value) : print(value).slice(0, 1);
    case "d":
    case "x":
    case "X":
    case "o":
      return convertInteger(value, kind, flags);
    case "f":
    case "e":
      return convertDouble(value, kind, flags, Number(precision ?? 6));
    default:
      throw new TemplateError(`the conversion %${kind} is not known`);
  }
}

function convertInteger(value: Value, kind: string, flags: string): string {
  if (!isNumeric(value) || value instanceof Double || value instanceof Decimal) {
    throw new TemplateError(`%${kind} takes an integer`);
  }
  const whole = toInteger(value);
  if (kind === "d") return signed(grouped(String(whole), flags), flags);
  const bits = whole >= -(2n ** 31n) ? 32 : 64;
  const text = BigInt.asUintN(bits, whole).toString(kind === "o" ? 8 : 16);
  return kind === "X" ? text.toUpperCase() : text;
}

function convertDouble(value: Value, kind: string, flags: string, precision: number): string {
  if (!(value instanceof Double || value instanceof Decimal)) {
    throw new TemplateError(`%${kind} takes a decimal`);
  }
  const number = toDouble(value);
  const digits = Math.min(precision, 100);
  if (kind === "f") return signed(grouped(number.toFixed(digits), flags), flags);
  return signed(number.toExponential(digits).replace(/e([+-])(\d)$/, "e$10$2"), flags);
}

function grouped(text: string, flags: string): string {
  return flags.includes(",") ? text.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",") : text;
}

function signed(text: string, flags: string): string {
  if (text.startsWith("-")) return text;
  return flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text;
}

function pad(text: string, flags: string, width: number): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0")) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
