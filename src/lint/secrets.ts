import type { Pointer } from "../pointer.js";
import { descend } from "../pointer.js";
import { walkDocument } from "./document-walk.js";
import type { LintCheck, LintFinding } from "./finding.js";

interface SecretForm {
  readonly rule: "secret-in-document" | "token-in-document";
  readonly name: string;
  /** Begins with fixed characters, and each repetition has an end: linear in the text. */
  readonly pattern: RegExp;
}

/** A password in an address; the words of manuals are none. */
const userInfo =
  /:\/\/[^\s/:@"'<>{}$]{1,100}:(?!(?:pass(?:word)?|secret|pwd|x+|\*+)@)[^\s/@"'<>{}$]{3,100}@/i;

const forms: readonly SecretForm[] = [
  secret(
    "the id of an AWS access key",
    /(?<!\w)(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}(?!\w)/,
  ),
  secret(
    "an AWS secret key",
    /aws_secret_access_key\s{0,5}[=:]\s{0,5}["']?(?!\w*EXAMPLE)[A-Za-z0-9/+]{40}/i,
  ),
  secret("a private key", /-----BEGIN (?:[A-Z]{1,20} ){0,3}PRIVATE KEY-----/),
  secret("a GitHub token", /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60})/),
  secret("a Slack token", /(?<![\w-])xox[abprs]-[A-Za-z0-9-]{20}/),
  secret("a Stripe key", /(?<!\w)[rs]k_live_[A-Za-z0-9]{16}/),
  secret("a Google API key", /(?<![\w-])AIza[\w-]{35}(?![\w-])/),
  secret("an npm token", /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/),
  secret("a password in an address", userInfo),
  {
    rule: "token-in-document",
    name: "a signed token",
    pattern: /(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{20}/,
  },
];

function secret(name: string, pattern: RegExp): SecretForm {
  return { rule: "secret-in-document", name, pattern };
}

/** What every form has; few texts do. */
const mayHold =
  /AKIA|ASIA|aws_secret|PRIVATE KEY|gh[pousr]_|github_pat|xox|k_live_|AIza|npm_|:\/\/|eyJ/i;

/** Secrets in texts of the document and of the settings. No message shows one. */
export const checkSecrets: LintCheck = ({ document: { root, at, settings } }) => {
  const found: LintFinding[] = [];
  const places = new Set<Pointer>();
  const look = (value: unknown, _key: string, place: () => Pointer): void => {
    if (typeof value !== "string" || !mayHold.test(value)) return;
    const form = forms.find(({ pattern }) => pattern.test(value));
    if (form === undefined || places.has(place())) return;
    places.add(place());
    found.push({
      rule: form.rule,
      at: place(),
      message: `${form.name} stands here in clear text`,
      hint:
        form.rule === "secret-in-document"
          ? "take it out and replace it where it is valid; name secrets in the settings instead"
          : "take it out, unless it is a made-up example",
    });
  };
  walkDocument(root, (keys) => descend(at, keys), look);
  walkDocument(settings.value, (keys) => settings.place(...keys), look);
  return found;
};
