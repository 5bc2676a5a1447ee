// Show a receipt as it was checked: all that is read on the page is what the check has read.

import { check, counted, runOf } from "./check.js";
import { checkFile } from "./check_ledger.js";

const byId = (id) => document.querySelector(`#${id}`);
const millionths = (number) => (number / 1e6).toLocaleString("en", { minimumFractionDigits: 6, maximumFractionDigits: 6 });
const shown = JSON.parse(byId("receipt").textContent);

function cells(row, tag, texts) {
  for (const text of texts) {
    const cell = document.createElement(tag);
    cell.textContent = text;
    row.append(cell);
  }
}

function line(record) {
  const isSale = record.seller === shown.home;
  const amount = isSale ? record.received_millionths : record.paid_millionths;
  const words = isSale ? `sold to ${record.buyer}` : `bought from ${record.seller}`;
  return [record.step.replace("T", " "), words, millionths(record.kwh_millionths), isSale ? "" : millionths(amount), isSale ? millionths(amount) : ""];
}

function show() {
  const { head } = shown;
  byId("title").textContent = `${shown.home}, ${shown.day}`;
  document.title = `Receipt ${shown.home} ${shown.day}`;
  byId("market").textContent = `${head.market}, ${runOf(head)} of this day: ${counted(head.size, "record")} ${head.size === 1 ? "is" : "are"} signed, of which those of this home:`;
  byId("currency").textContent = head.currency;
  const body = byId("lines");
  body.replaceChildren();
  for (const { record } of shown.records) {
    if (record.kind === "trade") cells(body.insertRow(), "td", line(record));
  }
  const { record } = shown.records.at(-1);
  const all = `${millionths(record.bought_kwh_millionths)} bought, ${millionths(record.sold_kwh_millionths)} sold`;
  cells(body.insertRow(), "th", ["Total", counted(record.trades, "trade"), all, millionths(record.owes_millionths), millionths(record.earns_millionths)]);
  byId("root").textContent = head.root;
  byId("signed").textContent = shown.key_id;
}

const cannot = { sound: false, signature: false, said: "This browser cannot check anything here: open the page as a file, or over https." };
const checked = (work) => (globalThis.crypto?.subtle ? work(byId("key").value.trim().toLowerCase()) : cannot);

function say(id, found) {
  byId(id).className = found.sound ? "sound" : "fault";
  byId(id).textContent = found.said;
}

async function again() {
  const found = await checked((key) => check(shown, key));
  say("status", found);
  byId("lines").hidden = !found.sound && found.signature;
  if (found.sound || !found.signature) show();
}

async function other() {
  const [file] = byId("file").files;
  if (!file) return;
  const bytes = await file.arrayBuffer();
  const found = await checked((key) => checkFile(bytes, key));
  say("other", { ...found, said: `${file.name}: ${found.said}` });
}

byId("key").addEventListener("input", () => Promise.all([again(), other()]));
byId("file").addEventListener("change", other);
await again();
