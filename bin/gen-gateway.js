#!/usr/bin/env node
const { loadCommand } = require("./load-command.js");

void loadCommand().run(process.argv.slice(2));
