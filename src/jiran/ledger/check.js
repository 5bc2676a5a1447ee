// Check a receipt with nothing but itself and a public key: what jiran/ledger/receipt.py does, in a browser.

const HASH = /^[0-9a-f]{64}$/u;
const RECEIPT = "day head home key_id records signature v";
const HEAD = "currency day kind market previous root run size v";
const PROOF = "index path record";
const SHARED = "kind market n run v";
const AMOUNTS = "kwh_millionths paid_millionths received_millionths";
const FIELDS = {
  trade: `${SHARED} buyer minutes seller step ${AMOUNTS}`,
  total: `${SHARED} bought_kwh_millionths day earns_millionths home owes_millionths sold_kwh_millionths trades`,
};

class Fault extends Error {}

function must(isSo, otherwise) {
  if (!isSo) throw new Fault(otherwise);
}

/** The one form of a value as text (RFC 8785): texts, whole numbers, lists and objects of them. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${fields.join(",")}}`;
  }
  must(typeof value === "string" || Number.isSafeInteger(value), "it holds something else than texts and whole numbers");
  return JSON.stringify(value);
}

const encoded = (text) => new TextEncoder().encode(text);
const fromHex = (digits) => Uint8Array.from(digits.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const half = (number) => Math.floor(number / 2);

async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const hasFields = (value, names) =>
  typeof value === "object" && value !== null && Object.keys(value).sort().join(" ") === names.split(" ").sort().join(" ");

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

async function proved(proof, head) {
  must(hasFields(proof, PROOF) && Array.isArray(proof.path), "a record does not hold exactly index, path and record");
  must(proof.path.every((one) => typeof one === "string" && HASH.test(one)), "a path holds something else than hashes");
  const { record, index } = proof;
  must(Number.isSafeInteger(index), "the place of a record is no number");
  const root = await climbed(canonical(record), index, head.size, proof.path);
  must(root === head.root, `record ${index} is not among those that were signed`);
  const names = FIELDS[record.kind] ?? "";
  must(hasFields(record, head.run > 0 ? `${names} replaces` : names), `record ${index} has not the form of a record`);
  const day = record.kind === "trade" ? record.step.slice(0, 10) : record.day;
  const isOfHead = record.market === head.market && record.run === head.run && day === head.day && record.n === index;
  must(isOfHead && record.v === 1, `record ${index} is of another day, market or place`);
  return record;
}

const sum = (trades, side, home, field) =>
  trades.filter((trade) => trade[side] === home).reduce((all, trade) => all + trade[field], 0);

function checkTotal(home, trades, total) {
  must(total?.kind === "total" && total.home === home, "the home's total is missing: a record was taken away");
  const isWhole =
    total.trades === trades.length &&
    total.bought_kwh_millionths === sum(trades, "buyer", home, "kwh_millionths") &&
    total.sold_kwh_millionths === sum(trades, "seller", home, "kwh_millionths") &&
    total.owes_millionths === sum(trades, "buyer", home, "paid_millionths") &&
    total.earns_millionths === sum(trades, "seller", home, "received_millionths");
  must(isWhole, "the trades do not come to the signed total: a record is missing");
}

async function checkRecords(receipt) {
  const records = await Promise.all(receipt.records.map((proof) => proved(proof, receipt.head)));
  const trades = records.slice(0, -1);
  const isOwn = (trade) => trade.kind === "trade" && (trade.buyer === receipt.home || trade.seller === receipt.home);
  must(trades.every((trade) => isOwn(trade)), "a record is not of this home");
  must(records.every((record, at) => at === 0 || record.n > records[at - 1].n), "records stand twice or not in order");
  checkTotal(receipt.home, trades, records.at(-1));
}

/** Whether all was checked: { sound, signature: whether the signature could be checked, said: one sentence }. */
export async function check(receipt, publicKey) {
  try {
    must(HASH.test(publicKey), "a public key is 64 hexadecimal digits in small letters");
    must(hasFields(receipt, RECEIPT) && receipt.v === 1 && Array.isArray(receipt.records), "this is no whole receipt");
    const { head, signature } = receipt;
    must(hasFields(head, HEAD) && head.v === 1 && head.kind === "day" && receipt.day === head.day, "the head is of another day");
    must(/^[0-9a-f]{128}$/u.test(signature), "the signature is not 128 hexadecimal digits");
    const id = await keyId(publicKey);
    must(receipt.key_id === id, `it is signed by the key ${receipt.key_id}, and the trusted one is ${id}`);
    await checkRecords(receipt);
    const fits = await isSigned(publicKey, encoded(canonical(head)), signature);
    must(fits !== false, "the signature does not fit");
    if (fits === null) {
      return { sound: false, signature: false, said: "Records and sums fit together, but this browser cannot check the signature." };
    }
    return { sound: true, signature: true, said: `Sound: ${receipt.records.length - 1} trades and their total, as they were signed.` };
  } catch (error) {
    if (error instanceof Fault) return { sound: false, signature: true, said: `Not sound: ${error.message}.` };
    return { sound: false, signature: true, said: "Not sound: this is no whole receipt." };
  }
}
