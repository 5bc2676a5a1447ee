import assert from "node:assert/strict";
import test from "node:test";

import { Day } from "../../../src/jiran/app/components/flow_map/js/day.js";
import { TEXT } from "../../../src/jiran/app/components/flow_map/js/words.js";
import { aRun, trades } from "./runs.mjs";

test("trades of a pair in a step are one sum; the way back is another pair", () => {
  const day = new Day(aRun({ trades: trades([0, 0, 1, 1, 0.3], [0, 0, 1, 2, 0.5], [0, 1, 0, 4, 1], [2, 0, 1, 8, 2]) }));
  assert.deepEqual(day.pairs.map((pairs) => [...pairs]), [[[1, [3, 0.8]], [3, [4, 1]]], [], [[1, [8, 2]]]]);
  assert.deepEqual(day.sum.traded, [7, 0, 8]);
  assert.deepEqual(day.sum.paid, [1.8, 0, 2]);
  assert.deepEqual(day.soFar, [[7, 7, 15], [1.8, 1.8, 3.8]]);
  assert.equal(day.busiest(), 2);
});

test("sums run over the homes; demand is household and car; the grid's money is at each step's price", () => {
  const day = new Day(aRun({
    steps: 2, load: [[1, 2], [3, 4]], ev: [[0, 5], [0, 0]], generation: [[1, 0], [0, 0]],
    grid_import: [[0, 1], [2, 3]], grid_export: [[4, 0], [0, 0]], import_price: [0.5, 1], export_price: [0.25, 0.2],
  }));
  assert.deepEqual(day.sum.up, [1, 0]);
  assert.deepEqual(day.sum.down, [4, 11]);
  assert.deepEqual(day.words, { up: "solar", down: "demand" });
  assert.deepEqual(day.sum.bought, [1, 4]);
  assert.deepEqual(day.sum.sold, [1, 0]);
});

test("the page's own sums so far are shown where it sends them", () => {
  const day = new Day(aRun({ steps: 1, so_far: { kwh: [1.23], amount: [0.4] } }));
  assert.deepEqual(day.soFar, [[1.23], [0.4]]);
});

test("the page's own sums of each step are shown where it sends them, and others are worked out", () => {
  const day = new Day(aRun({ steps: 1, trades: trades([0, 0, 1, 0.67, 0.2]), sums: { traded: [0.6663], up: [2.5] } }));
  assert.deepEqual([day.sum.traded, day.sum.up, day.sum.paid], [[0.6663], [2.5], [0.2]]);
});

test("one scale a unit: the biggest flow of the day, whichever it is", () => {
  const pairs = trades([0, 0, 1, 2, 3]);
  assert.deepEqual(new Day(aRun({ trades: pairs })).scale, [2, 3]);
  const imported = { trades: pairs, grid_import: [[0, 8, 0], [0, 0, 0]] };
  assert.deepEqual(new Day(aRun(imported)).scale, [8, 4]); // 8 kWh at 0.5
  assert.equal(new Day(aRun({ trades: pairs, battery_drawn: [[0, 0, 0], [9, 0, 0]] })).scale[0], 9);
  assert.deepEqual(new Day(aRun()).scale, [1e-9, 1e-9]); // nothing moves, and nothing is divided by zero
});

test("what a home exchanges: energy towards it, money towards the grid below zero", () => {
  const day = new Day(aRun({ steps: 1, grid_import: [[4], [0]], grid_export: [[0], [5]] }));
  assert.deepEqual([day.exchange(0, 0, 0), day.exchange(1, 0, 0)], [4, -5]);
  assert.deepEqual([day.exchange(0, 0, 1), day.exchange(1, 0, 1)], [-2, 1]);
});

test("what the battery itself takes from the grid and gives to it is the street's, at the grid's prices", () => {
  const run = aRun({ steps: 2, grid_import: [[1, 0], [0, 0]], battery_grid: { taken: [3, 0], given: [0, 2] } });
  const day = new Day(run);
  assert.deepEqual([day.sum.imported, day.sum.exported], [[4, 0], [0, 2]]);
  assert.deepEqual([day.sum.bought, day.sum.sold], [[2, 0], [0, 0.4]]);
  assert.deepEqual([day.ofBattery(0, 0), day.ofBattery(1, 0)], [3, -2]);
  assert.deepEqual([day.ofBattery(0, 1), day.ofBattery(1, 1)], [-1.5, 0.4]);
  assert.deepEqual(day.scale, [3, 1.5]);
  assert.equal(new Day(aRun()).ofBattery(0, 0), 0);
});

test("a home's facts are what it did, without what is nothing", () => {
  const day = new Day(aRun({
    steps: 1, generation: [[3], [0]], load: [[1], [2]], ev: [[0], [4e-4]], grid_import: [[0], [0.5]],
    grid_export: [[0.5], [0]], trades: trades([0, 0, 1, 1.5, 0.6]),
  }));
  assert.deepEqual(day.facts(0, 0, 0), [["generation", 3], ["load", 1], ["p2p_sold", 1.5], ["grid_export", 0.5]]);
  assert.deepEqual(day.facts(1, 0, 0), [["load", 2], ["p2p_bought", 1.5], ["grid_import", 0.5]]);
  assert.deepEqual(day.facts(0, 0, 1), [["p2p_sold", 0.6], ["grid_export", 0.1]]);
  assert.deepEqual(day.facts(1, 0, 1), [["p2p_bought", -0.6], ["grid_import", -0.25]]);
});

test("what a home trades with the community battery is told apart from its neighbours", () => {
  const day = new Day(aRun({ steps: 1, trades: trades([0, 0, 1, 1, 0.4], [0, 0, 2, 2, 0.6], [0, 2, 1, 3, 1.2]) }));
  assert.deepEqual(day.facts(0, 0, 0), [["p2p_sold", 1], ["soldBattery", 2]]);
  assert.deepEqual(day.facts(1, 0, 0), [["p2p_bought", 1], ["boughtBattery", 3]]);
  assert.deepEqual(day.facts(0, 0, 1), [["p2p_sold", 0.4], ["soldBattery", 0.6]]);
  assert.deepEqual(day.facts(1, 0, 1), [["p2p_bought", -0.4], ["boughtBattery", -1.2]]);
  assert.deepEqual(day.sum.traded, [6]);
});

test("a flow that Python declares anew counts by its side and its other end, whatever its name", () => {
  const run = aRun({ steps: 1, generation: [[3], [0]], load: [[1], [2]] });
  const added = { name: "stored", label: "Home battery", colour: "#111111", sign: -1, partner: "", kwh: [[0.5], [0]] };
  const bus = { ...added, name: "bus", partner: "bus", kwh: [[0], [7]], price: [2] };
  const day = new Day({ ...run, flows: [...run.flows, added, bus] });
  assert.deepEqual(day.sum.down, [3]); // a battery's charge is no demand
  assert.deepEqual([day.nameOf("stored", TEXT), day.nameOf("load", TEXT)], ["Home battery", "Household"]);
  assert.equal(day.net(0, 0), 1.5);
  assert.deepEqual(day.scale, [7, 14]);
  assert.deepEqual(day.facts(0, 0, 0), [["generation", 3], ["load", 1], ["stored", 0.5]]);
  assert.deepEqual(day.facts(1, 0, 1), [["bus", 14]]);
});

test("what a roof left out is told of its home, and is neither demand nor taken off what the home has over", () => {
  const run = aRun({ steps: 1, generation: [[5], [0]], load: [[1], [2]], grid_export: [[1.5], [0]] });
  const curtailed = { name: "curtailed", label: "Left out", colour: "#111111", sign: -1, partner: "", left_out: true,
    kwh: [[2.5], [0]] };
  const day = new Day({ ...run, flows: [...run.flows, curtailed] });
  assert.deepEqual(day.sum.down, [3]);
  assert.equal(day.net(0, 0), 4);
  assert.deepEqual(day.facts(0, 0, 0), [["generation", 5], ["load", 1], ["grid_export", 1.5], ["curtailed", 2.5]]);
  assert.equal(day.nameOf("curtailed", TEXT), "Left out");
});

test("of a net-metered home import and export are the facts, and the street's sums are of them", () => {
  const day = new Day(aRun({
    steps: 1, generation: [[3], null], load: [[1], null], ev: [[0], null], taken: [[0], [1.5]], given: [[2], [0]],
    grid_import: [[0], [1.5]], grid_export: [[2], [0]],
  }));
  assert.deepEqual(day.words, { up: "given", down: "taken" });
  assert.deepEqual([day.sum.up, day.sum.down], [[2], [1.5]]);
  assert.deepEqual(day.facts(0, 0, 0), [["generation", 3], ["load", 1], ["grid_export", 2]]);
  assert.deepEqual(day.facts(1, 0, 0), [["taken", 1.5], ["grid_import", 1.5]]);
  assert.deepEqual([day.net(0, 0), day.net(1, 0)], [2, -1.5]);
});

test("the sun crosses the sky once a day; a night cut off by the data's edge is half of one", () => {
  const day = new Day(aRun({ steps: 6, sun: [0, 0, 1, 1, 0, 0] }));
  assert.deepEqual(day.arc.map(({ day: light }) => light), [false, false, true, true, false, false]);
  assert.deepEqual(day.arc.map(({ u }) => u), [0.5, 0.75, 0, 0.5, 0, 0.25]);
  assert.equal(day.dawn(), 1);
});

test("a whole night between two days, and a day without one", () => {
  assert.deepEqual(new Day(aRun({ steps: 4, sun: [1, 0, 0, 1] })).arc.map(({ u }) => u), [0, 0, 0.5, 0]);
  assert.deepEqual(new Day(aRun({ steps: 2, sun: [1, 1] })).arc.map(({ u }) => u), [0, 0.5]);
  assert.deepEqual(new Day(aRun({ steps: 2, sun: [0, 0] })).arc.map(({ u }) => u), [0, 0.5]); // data all in the dark
  assert.equal(new Day(aRun({ steps: 2, sun: [0, 0] })).dawn(), 0);
});
