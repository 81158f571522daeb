/** Cases that are not met, and why. */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
  [
    "lang-reference-69210f37",
    "`$!!name`: the engine's lexer drops one mark; here both are text, as the language says",
  ],
  [
    "lang-reference-errors-566f344f",
    "`$name.length(1)` throws in the engine, unlike other calls with too many arguments",
  ],
  [
    "lang-stop-a849b0a6",
    "#stop inside a #define: what stood in front of the block on the same line is lost",
  ],
  [
    "vs-960a324c",
    "a page of lone `$` and `#` marks that Velocity 1.7 gives up on; here it is text",
  ],
  [
    "vs-31c4139b",
    "a page of lone `$` and `#` marks that Velocity 1.7 gives up on; here it is text",
  ],
  ["vs-9d19a667", "`$map{value}`: the engine swallows the word in braces; here it is text"],
]);
