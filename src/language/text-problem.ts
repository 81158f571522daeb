/** What a parser cannot go on from; it says where. */
export class TextProblem extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}
