// Check a receipt with nothing but itself and a public key: what jiran/ledger/receipt.py does, in a browser.

const HASH = /^[0-9a-f]{64}$/u;
const SIGNATURE = /^[0-9a-f]{128}$/u;
const LONE = /\p{Surrogate}/u;
const words = (text) => text.split(" ");
const RECEIPT = words("day head home key_id records signature v");
const HEAD = words("currency day kind market previous root run size v");
const PROOF = words("index path record");
const SHARED = words("kind market n run v");
const AMOUNTS = words("kwh_millionths paid_millionths received_millionths");
const TEXTS = new Set(words("buyer currency day home kind market previous replaces root seller step"));
const SUMS = words("bought_kwh_millionths earns_millionths owes_millionths sold_kwh_millionths trades");

/** The fields of each kind of record, in the order in which kinds stand in a day. */
export const FIELDS = {
  trade: [...SHARED, ...words("buyer minutes seller step"), ...AMOUNTS],
  total: [...SHARED, "day", "home", ...SUMS],
  charges: [...SHARED, "day", ...AMOUNTS],
  rounding: [...SHARED, "day", ...AMOUNTS],
};

/** What was found, and by what: form, signature, records, chain, content or anchor. */
export class Fault extends Error {
  constructor(by, said) {
    super(said);
    this.by = by;
  }
}

/** Go on only if it is so. */
export function must(isSo, by, otherwise) {
  if (!isSo) throw new Fault(by, otherwise);
}

/** A number of things: "1 trade", "0 trades". */
export const counted = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;

/** The one form of a value as text (RFC 8785): texts, whole numbers, lists and objects of them. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`);
    return `{${fields.join(",")}}`;
  }
  const isText = typeof value === "string" && !LONE.test(value);
  must(isText || Number.isSafeInteger(value), "form", "it holds something else than texts and whole numbers");
  return JSON.stringify(value);
}

const names = (value) =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce((all, one) => all + names(one), Array.isArray(value) ? 0 : Object.keys(value).length)
    : 0;

/** Read JSON that means one thing only, from bytes: UTF-8, no key twice, no number but whole ones in their plain form. */
export function read(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = JSON.parse(text);
    let keys = 0;
    for (const [, token, colon] of text.matchAll(/("(?:[^"\\]|\\.)*"|[-\d][-+.\deE]*)(\s*:)?/gu)) {
      if (colon) keys += 1;
      else if (!token.startsWith('"')) must(String(Number(token)) === token && Number.isSafeInteger(Number(token)), "form", token);
    }
    must(keys === names(value), "form", "a key stands twice");
    return value;
  } catch {
    throw new Fault("form", "this is no JSON that means one thing only");
  }
}

/** The bytes of a text. */
export const encoded = (text) => new TextEncoder().encode(text);
const fromHex = (digits) => Uint8Array.from(digits.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
/** Bytes as digits. */
export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const half = (number) => Math.floor(number / 2);

/** The hash of bytes, one part after the other. */
export async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** Whether a value is an object of these fields and no other, each a text or a whole number as it must be. */
export function hasForm(value, fields, others = []) {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== fields.length) return false;
  return fields.every((name) => {
    if (!Object.hasOwn(value, name)) return false;
    return others.includes(name) || (TEXTS.has(name) ? typeof value[name] === "string" : Number.isSafeInteger(value[name]));
  });
}

/** The root that a path leads to, or "" if no tree of this size has such a path (RFC 9162, 2.1.3.2). */
export async function climbed(record, index, size, path) {
  if (!(index >= 0 && index < size)) return "";
  let [here, last, found] = [index, size - 1, await sha256([0], encoded(record))];
  for (const digits of path) {
    if (last === 0) return "";
    const beside = fromHex(digits);
    if (here % 2 === 1 || here === last) {
      // oxlint-disable-next-line no-await-in-loop -- each hash needs the one before it
      found = await sha256([1], beside, found);
      while (here % 2 === 0 && here > 0) [here, last] = [half(here), half(last)];
    } else {
      // oxlint-disable-next-line no-await-in-loop -- as above
      found = await sha256([1], found, beside);
    }
    [here, last] = [half(here), half(last)];
  }
  return last === 0 ? toHex(found) : "";
}

/** The short name of a public key. */
export async function keyId(publicKey) {
  return toHex(await sha256(fromHex(publicKey))).slice(0, 16);
}

/** Whether the signature fits; null if this browser cannot tell. */
async function isSigned(publicKey, message, signature) {
  try {
    const key = await crypto.subtle.importKey("raw", fromHex(publicKey), "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, fromHex(signature), message);
  } catch (error) {
    if (error.name === "NotSupportedError") return null;
    return false;
  }
}

/** Check the signed head that stands in `signed`; null if this browser cannot tell whether the signature fits. */
export async function checkHead(signed, publicKey) {
  must(HASH.test(publicKey), "form", "a public key is 64 hexadecimal digits in small letters");
  const { head, signature, key_id: id } = signed;
  const isHead = hasForm(head, HEAD) && head.v === 1 && head.kind === "day" && head.run >= 0;
  must(isHead && typeof signature === "string" && typeof id === "string", "form", "a head has not the form of a head");
  const message = encoded(canonical(head));
  const trusted = await keyId(publicKey);
  must(id === trusted, "signature", `it is signed by the key ${id}, and the trusted one is ${trusted}`);
  must(SIGNATURE.test(signature), "signature", "the signature is not 128 hexadecimal digits");
  const fits = await isSigned(publicKey, message, signature);
  must(fits !== false, "signature", "the signature does not fit");
  return fits;
}

/** Check that a record says of itself what its head says of it. */
export function checkRecord(record, head, place) {
  const fields = (Object.hasOwn(FIELDS, record?.kind) && FIELDS[record.kind]) || [];
  const isWhole = hasForm(record, head.run > 0 ? [...fields, "replaces"] : fields) && record.v === 1;
  must(isWhole, "form", `record ${place} has not the form of a record`);
  const day = record.kind === "trade" ? record.step.slice(0, 10) : record.day;
  const isOfHead = record.market === head.market && record.run === head.run && day === head.day && record.n === place;
  must(isOfHead, "content", `record ${place} is of another day, market or place`);
  const can = record.kind !== "trade" || (record.kwh_millionths >= 0 && record.seller !== record.buyer);
  must(can, "content", `record ${place} is a trade of less than nothing, or of a home with itself`);
  must(head.run === 0 || HASH.test(record.replaces), "content", `record ${place} does not say what it replaces`);
}

async function proved(proof, head) {
  must(hasForm(proof, PROOF, ["path", "record"]) && Array.isArray(proof.path), "form", "a record does not hold exactly index, path and record");
  must(proof.path.every((one) => typeof one === "string" && HASH.test(one)), "form", "a path holds something else than hashes");
  const { record, index } = proof;
  const root = await climbed(canonical(record), index, head.size, proof.path);
  must(root === head.root, "records", `record ${index} is not among those that were signed`);
  checkRecord(record, head, index);
  return record;
}

/** The exact sum of a field over records. */
export const added = (records, field) => records.reduce((all, one) => all + BigInt(one[field]), 0n);

/** Whether a home's total is the sum of its trades. */
export function isTotal(home, trades, total) {
  const bought = trades.filter((trade) => trade.buyer === home);
  const sold = trades.filter((trade) => trade.seller === home);
  return (
    total?.kind === "total" &&
    total.home === home &&
    total.trades === bought.length + sold.length &&
    BigInt(total.bought_kwh_millionths) === added(bought, "kwh_millionths") &&
    BigInt(total.sold_kwh_millionths) === added(sold, "kwh_millionths") &&
    BigInt(total.owes_millionths) === added(bought, "paid_millionths") &&
    BigInt(total.earns_millionths) === added(sold, "received_millionths")
  );
}

async function checkRecords(receipt) {
  const records = await Promise.all(receipt.records.map((proof) => proved(proof, receipt.head)));
  const trades = records.slice(0, -1);
  const isOwn = (trade) => trade.kind === "trade" && (trade.buyer === receipt.home || trade.seller === receipt.home);
  must(trades.every((trade) => isOwn(trade)), "content", "a record is not of this home");
  must(records.every((record, at) => at === 0 || record.n > records[at - 1].n), "content", "records stand twice or not in order");
  must(isTotal(receipt.home, trades, records.at(-1)), "content", "the trades do not come to the signed total: a record is missing");
}

/** What a check came to: { sound, signature: whether the signature could be checked, by: what found a fault, said }. */
export async function told(work) {
  try {
    const { fits, said } = await work();
    if (fits === null) {
      return { sound: false, signature: false, by: "", said: "Records and sums fit together, but this browser cannot check the signature." };
    }
    return { sound: true, signature: true, by: "", said: `Sound: ${said}.` };
  } catch (error) {
    const [by, said] = error instanceof Fault ? [error.by, error.message] : ["form", "this is no whole receipt or ledger"];
    return { sound: false, signature: true, by, said: `Not sound: ${said} (found by: ${by}).` };
  }
}

const LIVE_RUNS = ["provisional, or final without a change", "final"];

/** Which run of its day a head is of, and what that is in a live street. */
export const runOf = ({ run }) => `run ${run}${LIVE_RUNS[run] ? ` (in a live street: ${LIVE_RUNS[run]})` : ""}`;

/** Whether all of a receipt is as it was signed. */
export function check(receipt, publicKey) {
  return told(async () => {
    const isWhole = hasForm(receipt, RECEIPT, ["head", "key_id", "records", "signature"]) && receipt.v === 1 && Array.isArray(receipt.records);
    must(isWhole, "form", "this is no whole receipt");
    const fits = await checkHead(receipt, publicKey);
    must(receipt.day === receipt.head.day, "content", "the head is of another day");
    await checkRecords(receipt);
    const { head } = receipt;
    const trades = counted(receipt.records.length - 1, "trade");
    const said = `${trades} and the total of the day, as they were signed in ${runOf(head)} of ${head.day} of ${head.market}`;
    return { fits, said: `${said}; whether a later run of the day replaced it only the ledger shows` };
  });
}
