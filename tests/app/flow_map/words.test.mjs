import assert from "node:assert/strict";
import test from "node:test";

import { TEXT, amountOf, fill, kwh, money, percent, price } from "../../../src/jiran/app/components/flow_map/js/words.js";

test("energy is written with three digits, and in MWh from 10,000 kWh", () => {
  const written = [0, 0.004, 1.234, 9.994, 9.995, 99.94, 99.95, 1234.5, 9999.4, 9999.5, 1e6].map(kwh);
  assert.deepEqual(written, ["0.00 kWh", "0.00 kWh", "1.23 kWh", "9.99 kWh", "10.0 kWh", "99.9 kWh", "100 kWh",
    "1,235 kWh", "9,999 kWh", "10.0 MWh", "1,000.0 MWh"]);
});

test("only nothing is 0 per cent, and only all of it 100, but for the residue of a sum", () => {
  assert.deepEqual([0, 1e-15, 0.0045, 0.005, 0.437, 0.994, 0.996, 1 - 1e-12, 1].map(percent),
    ["0%", "0%", "<1%", "1%", "44%", "99%", ">99%", "100%", "100%"]);
});

test("money has cents below a thousand, on both sides of zero", () => {
  assert.deepEqual([0, 1.5, 999.99, 1000, -12.345, -2000].map((x) => money(x, "MYR")),
    ["MYR 0.00", "MYR 1.50", "MYR 999.99", "MYR 1,000", "MYR -12.35", "MYR -2,000"]);
});

test("a price has the digits that it has, as in the page's sentences", () => {
  assert.deepEqual([0.45, 0.5625, 0.2, 0, 0.3333333, 1513.1685].map(price), ["0.45", "0.5625", "0.20", "0.00", "0.3333", "1,513.1685"]);
});

test("an amount is energy or money, as the unit says", () => {
  assert.equal(amountOf(0, 2, "MYR"), "2.00 kWh");
  assert.equal(amountOf(1, 2, "MYR"), "MYR 2.00");
});

test("words take their figures by number", () => {
  assert.equal(fill("grid {0}–{1}, {0}", "a", "b"), "grid a–b, a");
  assert.ok(Object.values(TEXT).every((words) => words.trim() === words && words));
});
