import { foldersFrom, printReports, runFiles } from "../test/vtl/report.js";

const reports = await runFiles(foldersFrom(process.env));
process.stdout.write(printReports(reports));
process.exitCode = reports.length > 0 && reports.every(({ meetsTarget }) => meetsTarget) ? 0 : 1;
