// Tells the resource usage of the process at its end, to the file that USAGE_FILE names.
const { writeFileSync } = require("node:fs");

process.on("exit", () => {
  writeFileSync(process.env.USAGE_FILE, JSON.stringify(process.resourceUsage()));
});
