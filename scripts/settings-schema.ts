// Writes schema/gateway-config.schema.json from the vocabulary that the loader checks.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { settingsSchema } from "../src/load/settings-vocabulary.js";

const file = fileURLToPath(new URL("../schema/gateway-config.schema.json", import.meta.url));
const style = await resolveConfig(file);
writeFileSync(file, await format(JSON.stringify(settingsSchema), { ...style, filepath: file }));
