/** An expression made by a printer; the only text that is printed as it stands. */
export class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
