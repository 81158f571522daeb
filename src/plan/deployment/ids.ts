/**
 * Ids of resources: letters and digits, as CloudFormation takes them, each once without regard to case.
 * Pieces of a wish that hold other characters are joined: `orders-api role` is `OrdersApiRole`.
 */
export class Ids {
  readonly #used = new Set<string>();

  reserve(ids: Iterable<string>): void {
    for (const id of ids) this.#used.add(id.toLowerCase());
  }

  claim(wish: string): string {
    const base = pascal(wish);
    let id = base;
    for (let number = 2; this.#used.has(id.toLowerCase()); number++) id = `${base}${number}`;
    this.#used.add(id.toLowerCase());
    return id;
  }
}

export function pascal(text: string): string {
  const name = text
    .slice(0, 400)
    .split(/[^A-Za-z0-9]+/)
    .filter((piece) => piece !== "")
    .map((piece) => piece.charAt(0).toUpperCase() + piece.slice(1))
    .join("")
    .slice(0, 120);
  return /^[A-Za-z]/.test(name) ? name : `X${name}`;
}

/** `OrdersApiRole` is `orders_api_role`. */
export function snake(id: string): string {
  return id
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
