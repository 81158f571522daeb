/** One event of a stream: its name, and its data as text. */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events from pieces of text. Source: WHATWG HTML, "Server-sent events". */
export class EventReader {
  #text = "";

  /** The events that end in this piece. */
  read(piece: string): readonly StreamEvent[] {
    const blocks = (this.#text + piece).split("\n\n");
    this.#text = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const lines = block.split("\n");
      const field = (name: string): readonly string[] =>
        lines
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2));
      const data = field("data");
      return data.length === 0
        ? []
        : [{ name: field("event")[0] ?? "message", data: data.join("\n") }];
    });
  }
}
