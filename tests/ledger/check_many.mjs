// Check many files with the JavaScript: lines of JSON {text, key, anchor} come in, one list of what was found goes out.

import { readFileSync } from "node:fs";

import { checkFile } from "../../src/jiran/ledger/check_ledger.js";

const files = readFileSync(0, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
const found = [];
for (const { text, key, anchor } of files) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other, as a page does
  found.push(await checkFile(new TextEncoder().encode(text), key, anchor));
}
process.stdout.write(JSON.stringify(found));
