// Check a whole exported ledger, or a receipt, in a browser: what jiran/ledger/checking.py does.

import { added, canonical, check, checkHead, checkRecord, counted, encoded, Fault, FIELDS, hasForm, isTotal, must, read, sha256, toHex, told } from "./check.js";

const HASHED = /^[0-9a-f]{64}$/u;
const BIRTH = /^[0-9a-f]{32}$/u;
const ORDER = Object.keys(FIELDS);
const DAY = ["head", "key_id", "records", "signature"];
const ROUNDED = ["kwh_millionths", "paid_millionths", "received_millionths"];

/** The root over records, each in its one form as text. */
export async function rootOf(records) {
  if (records.length === 0) return toHex(await sha256());
  let level = await Promise.all(records.map((record) => sha256([0], encoded(record))));
  while (level.length > 1) {
    const below = level;
    const pairs = Array.from({ length: Math.floor(below.length / 2) }, (_, at) => sha256([1], below[2 * at], below[2 * at + 1]));
    // oxlint-disable-next-line no-await-in-loop -- each level needs the one below it
    level = [...(await Promise.all(pairs)), ...below.slice(pairs.length * 2)];
  }
  return toHex(level[0]);
}

function checkTotals(records, what) {
  const stated = records.filter((record) => record.kind === "total");
  const trades = new Map(stated.map((total) => [total.home, []]));
  must(trades.size === stated.length, "content", `the totals of ${what} name a home twice`);
  for (const trade of records.filter((record) => record.kind === "trade")) {
    for (const home of [trade.buyer, trade.seller]) {
      must(trades.has(home), "content", `the totals of ${what} leave out a home that trades`);
      trades.get(home).push(trade);
    }
  }
  must(stated.every((total) => isTotal(total.home, trades.get(total.home), total)), "content", `the totals of ${what} are not the sums of its trades`);
}

function checkDay(records, what) {
  const count = (kind) => records.filter((record) => record.kind === kind).length;
  const isSorted = records.every((record, at) => at === 0 || ORDER.indexOf(record.kind) >= ORDER.indexOf(records[at - 1].kind));
  must(isSorted && count("charges") <= 1 && count("rounding") === 1, "content", `the records of ${what} are not trades, totals and closing lines, in this order`);
  checkTotals(records, what);
  const amounts = records.filter((record) => record.kind !== "total");
  must(added(amounts, "paid_millionths") === added(amounts, "received_millionths"), "content", `${what} does not end at zero`);
  const most = Math.floor((count("trade") + 1) / 2) + 1;
  must(ROUNDED.every((field) => Math.abs(records.at(-1)[field]) <= most), "content", `the rounding of ${what} is more than rounding can be`);
}

async function checkDayRecords({ head, records }, what, replaces) {
  must(records.length === head.size, "records", `${what} has ${records.length} records, and ${head.size} were signed`);
  const root = await rootOf(records.map((record) => canonical(record)));
  must(root === head.root, "records", `the records of ${what} are not those that were signed`);
  for (const [place, record] of records.entries()) {
    checkRecord(record, head, place);
    must(head.run === 0 || record.replaces === replaces, "content", `${what} replaces something else than the run before it`);
  }
  checkDay(records, what);
}

/** Follow the chain from day to day; the hash of each head goes to `seen`. Null if this browser cannot check signatures. */
async function follow(days, publicKey, seen) {
  const latest = new Map();
  let fits = true;
  for (const day of days) {
    const isWhole = typeof day === "object" && day !== null && Object.keys(day).sort().join("|") === DAY.join("|") && Array.isArray(day.records);
    must(isWhole, "form", `a day of the ledger does not hold exactly ${DAY.join(", ")}`);
    // oxlint-disable-next-line no-await-in-loop -- each day needs the one before it
    fits = (await checkHead(day, publicKey)) && fits;
    const { head } = day;
    const what = `${head.day} of ${head.market}, run ${head.run}`;
    const isNext = seen.length > 0 ? head.previous === seen.at(-1) : BIRTH.test(head.previous);
    must(isNext, "chain", `${what} does not follow the day before it in the ledger, or the beginning is missing`);
    const of = JSON.stringify([head.market, head.day]);
    const before = latest.get(of);
    must(head.run === (before?.run ?? -1) + 1, "chain", `${what} does not follow the run before it`);
    // oxlint-disable-next-line no-await-in-loop -- as above
    await checkDayRecords(day, what, before?.sha256);
    // oxlint-disable-next-line no-await-in-loop -- as above
    seen.push(toHex(await sha256(encoded(canonical(head)))));
    latest.set(of, { run: head.run, sha256: seen.at(-1) });
  }
  return fits;
}

/** Whether all of an exported ledger is as it was signed; and whether it holds the head that was kept elsewhere, if one is given. */
export function checkLedger(ledger, publicKey, anchor = "") {
  return told(async () => {
    must(hasForm(ledger, ["days", "v"], ["days"]) && ledger.v === 1 && Array.isArray(ledger.days), "form", "this is no whole ledger");
    must(ledger.days.length > 0, "anchor", "the ledger holds no day: all was removed");
    const seen = [];
    const fits = await follow(ledger.days, publicKey, seen);
    must(anchor === "" || seen.includes(anchor), "anchor", "the head that was kept elsewhere is not in the ledger: it was cut or written anew");
    const records = ledger.days.reduce((all, day) => all + day.records.length, 0);
    const end = anchor ? "It holds the head that was kept elsewhere" : "Whether its end is missing only a head that was kept elsewhere can tell";
    return { fits, said: `${counted(seen.length, "day")}, ${counted(records, "record")}, last head ${seen.at(-1)}. ${end}` };
  });
}

/** Check the bytes of a file: a receipt, or a ledger that was exported. */
export async function checkFile(bytes, publicKey, anchor = "") {
  try {
    must(anchor === "" || HASHED.test(anchor), "form", "the hash of a head is 64 hexadecimal digits");
    const value = read(bytes);
    const isLedger = typeof value === "object" && value !== null && Object.hasOwn(value, "days");
    return await (isLedger ? checkLedger(value, publicKey, anchor) : check(value, publicKey));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { sound: false, signature: true, by: error.by, said: `Not sound: ${error.message} (found by: ${error.by}).` };
  }
}
