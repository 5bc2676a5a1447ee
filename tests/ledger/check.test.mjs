import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { canonical, check, climbed, read } from "../../src/jiran/ledger/check.js";
import { checkFile, rootOf } from "../../src/jiran/ledger/check_ledger.js";

const TEXT = readFileSync(new URL("receipt.json", import.meta.url), "utf8").trim();
const KEY = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"; // of the private key 00 01 .. 1f

const SOUND =
  "Sound: 2 trades and the total of the day, as they were signed in run 0 (in a live street: provisional, or final without a change) of " +
  "2026-03-21 of lane; whether a later run of the day replaced it only the ledger shows.";

const isSound = async (text, key = KEY) => {
  try {
    return (await check(JSON.parse(text), key)).sound;
  } catch {
    return false; // no JSON
  }
};

test("the receipt that Python made is sound, written in another way too", async () => {
  const found = await check(JSON.parse(TEXT), KEY);
  assert.deepEqual(found, { sound: true, signature: true, by: "", said: SOUND });
  assert.ok(await isSound(JSON.stringify(JSON.parse(TEXT), null, 2)));
  assert.equal(canonical(JSON.parse(TEXT)), TEXT);
});

test("every character is covered", async () => {
  const changed = [];
  for (let at = 0; at < TEXT.length; at += 1) {
    for (const letter of ["", "0", "1", "a", "A"]) {
      if (letter !== TEXT[at]) changed.push(`${TEXT.slice(0, at)}${letter}${TEXT.slice(at + 1)}`);
    }
  }
  const sound = await Promise.all(changed.map((text) => isSound(text)));
  assert.deepEqual(changed.filter((_, at) => sound[at]), []);
});

test("another key, and what is no key or no receipt, is refused with a sentence", async () => {
  assert.match((await check(JSON.parse(TEXT), "0".repeat(64))).said, /^Not sound: it is signed by the key/u);
  assert.match((await check(JSON.parse(TEXT), "x")).said, /64 hexadecimal digits/u);
  const found = await Promise.all([{}, null, [], 7, "x", { records: [] }].map((one) => check(one, KEY)));
  assert.ok(found.every((one) => !one.sound && one.said.startsWith("Not sound: ")));
});

test("a record that was taken away, put twice or moved is missed", async () => {
  const changes = [(all) => all.slice(1), (all) => all.slice(0, -1), () => [], (all) => [all[0], ...all], (all) => all.reverse()];
  const found = await Promise.all(changes.map((change) => {
    const receipt = JSON.parse(TEXT);
    return check({ ...receipt, records: change(receipt.records) }, KEY);
  }));
  assert.ok(found.every((one) => !one.sound));
});

test("a browser without Ed25519 says so, and does not say sound", async (context) => {
  context.mock.method(crypto.subtle, "importKey", () => Promise.reject(new DOMException("no", "NotSupportedError")));
  const found = await check(JSON.parse(TEXT), KEY);
  assert.deepEqual([found.sound, found.signature], [false, false]);
  assert.match(found.said, /this browser cannot check the signature/u);
});

test("a path leads nowhere outside the tree", async () => {
  assert.equal(await climbed("x", 1, 1, []), "");
  assert.equal(await climbed("x", -1, 1, []), "");
  assert.equal(await climbed("x", 0, 1, ["ab".repeat(32)]), "");
  assert.equal(await climbed("x", 0, 2, []), "");
});

const bytesOf = (text) => new TextEncoder().encode(text);

test("a file means one thing only, or it is refused", async () => {
  assert.ok((await checkFile(bytesOf(TEXT), KEY)).sound);
  assert.ok((await checkFile(bytesOf(TEXT.replaceAll('":', '" :\n ')), KEY)).sound);
  const bad = [
    TEXT.replace('"v":1}', '"v":1,"v":1}'),
    TEXT.replace('"v":1}', '"v":2,"v":1}'),
    TEXT.replace('"v":1}', '"v":1.0}'),
    TEXT.replace('"v":1}', '"v":1e0}'),
    TEXT.replace('"index":0', '"index":-0'),
    TEXT.replace('"v":1}', '"__proto__":{},"v":1}'),
    `\u{FEFF}${TEXT}`,
    `${TEXT}\0`,
    `${TEXT}${TEXT}`,
    "9007199254740993",
    "",
  ];
  const found = await Promise.all(bad.map((text) => checkFile(bytesOf(text), KEY)));
  assert.deepEqual(found.filter((one) => one.sound || one.by !== "form"), []);
  const cut = new Uint8Array([...bytesOf(TEXT.slice(0, 30)), 0xff, ...bytesOf(TEXT.slice(30))]);
  assert.equal((await checkFile(cut, KEY)).by, "form");
  assert.deepEqual(read(bytesOf(String.raw`{"a\":":["1.5", 7, -3]}`)), { 'a":': ["1.5", 7, -3] });
});

test("a text that is no Unicode has no form in bytes", () => {
  assert.throws(() => canonical({ home: "\uD800" }), { by: "form" });
});

test("the root over nothing is the hash of nothing", async () => {
  assert.equal(await rootOf([]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
