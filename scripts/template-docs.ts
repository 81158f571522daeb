// Writes the tables of docs/templates.md from the declarations of the views.
import { writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { docsFile, updatedDocs } from "./view-tables.js";

const style = await resolveConfig(docsFile);
writeFileSync(docsFile, await format(updatedDocs(), { ...style, filepath: docsFile }));
