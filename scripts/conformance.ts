import { runConformanceCommand } from "../test/conformance/command.js";

process.exitCode = await runConformanceCommand(process.argv.slice(2));
