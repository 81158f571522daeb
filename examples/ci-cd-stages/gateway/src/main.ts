import { start } from "./generated/start.js";

// Functions run in worker threads that load this same module; start() tells them apart.
const server = await start({ entry: import.meta.url });
if (server !== undefined) console.log(`The gateway listens on ${server.url}`);
