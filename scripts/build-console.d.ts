/** Builds the page of the console into a folder, which is emptied before. */
export function buildConsole(outDir: string): Promise<void>;
