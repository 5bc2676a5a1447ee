// What is written must not cover anything else that is written, and no home.

import assert from "node:assert/strict";
import test from "node:test";

import { drawAmounts, drawHomes } from "../../../src/jiran/app/components/flow_map/js/homes.js";
import { Pen } from "../../../src/jiran/app/components/flow_map/js/pen.js";
import { drawCell } from "../../../src/jiran/app/components/flow_map/js/symbols.js";
import { kindOf } from "../../../src/jiran/app/components/flow_map/js/readout.js";
import { marked } from "../../../src/jiran/app/components/flow_map/js/ribbon.js";
import { legendRows } from "../../../src/jiran/app/components/flow_map/js/save.js";
import { TEXT } from "../../../src/jiran/app/components/flow_map/js/words.js";
import { FakePen, aMap, aRun, meet } from "./runs.mjs";

const SIZES = [[900, 560], [360, 480]];
const apart = (boxes) => boxes.forEach((p, i) => boxes.slice(i + 1).forEach((q) =>
  assert.ok(!meet(p, q), `${p.text} and ${q.text} cover each other`)));

test("a home's name covers neither another name nor another home, and long names are left out before they do", () => {
  for (const [width, height] of SIZES) {
    for (const homes of [2, 5, 12, 24, 40]) {
      const run = aRun({ homes });
      run.homes.forEach((home, h) => (home.id = `house number ${h}`));
      const [map, now] = aMap(run, { width, height, unit: 1 });
      const pen = new FakePen();
      drawHomes(pen, map, now);
      const { size } = map.scene;
      apart(pen.written);
      for (const name of pen.written) {
        const others = map.scene.homes.filter(({ id }) => id !== name.text);
        for (const { x, y } of others) {
          const home = { left: x - size * 0.85, right: x + size * 0.85, top: y - size * 0.85, bottom: y + size * 0.85 };
          assert.ok(!meet(name, home), `${name.text} covers a home`);
        }
      }
      assert.ok(pen.written.length > 0 || homes > 12);
    }
  }
});

test("a name stands nearer to its own home than to any other, on flat maps too", () => {
  let [seen, all] = [0, 0];
  for (const [width, height] of [...SIZES, [695, 305], [647, 324], [647, 257], [547, 311]]) {
    for (const homes of [5, 12, 16, 20]) {
      const [map, now] = aMap(aRun({ homes, capacity_kwh: 10 }), { width, height, unit: 1 });
      const pen = new FakePen();
      drawHomes(pen, map, now);
      apart(pen.written);
      for (const { text, left, right, top, bottom } of pen.written) {
        const far = ({ x, y }) => Math.hypot(Math.max(0, left - x, x - right), Math.max(0, top - y, y - bottom));
        const nearest = map.scene.homes.reduce((p, q) => (far(q) < far(p) ? q : p));
        assert.equal(nearest.id, text);
      }
      seen += pen.written.length;
      all += homes;
    }
  }
  assert.ok(seen > 0.8 * all, `${seen} of ${all} names`);
});

test("what a home has over covers nothing that is written, no home and not the battery", () => {
  let seen = 0;
  for (const [width, height] of [...SIZES, [547, 311], [547, 366], [695, 372], [358, 316]]) {
    for (const homes of [2, 5, 9, 12, 18]) {
      const [map, now] = aMap(aRun({ homes, capacity_kwh: 10 }), { width, height });
      const pen = new FakePen();
      drawHomes(pen, map, now);
      apart(pen.written);
      const { cx, cy, core } = map.scene;
      const battery = { left: cx - core * 0.6, right: cx + core * 0.6, top: cy - core, bottom: cy + core };
      for (const words of pen.written) assert.ok(!meet(words, battery), `${words.text} covers the battery`);
      seen += pen.written.filter(({ text }) => text.endsWith("kWh")).length;
    }
  }
  assert.ok(seen > 50);
});

test("an amount on a trade does not cover what a home has over", () => {
  let tags = 0;
  for (const [width, height] of [...SIZES, [547, 311], [358, 316]]) {
    const homes = 5;
    const [map, now] = aMap(aRun({ homes }), { width, height });
    const all = Array.from({ length: homes }, (_, h) => [h * homes + ((h + 2) % homes), 1.5]);
    const pen = new FakePen();
    drawAmounts(pen, map, now, all, drawHomes(pen, map, now));
    apart(pen.written);
    tags += pen.written.filter(({ text }) => text === "1.50 kWh").length;
  }
  assert.ok(tags > 8);
});

test("a net-metered home is drawn by its import and export", () => {
  const run = aRun({ steps: 1, generation: [[3], null], load: [[0.5], null], ev: [[0], null], given: [[2.5], [0]],
    taken: [[0], [12]] });
  run.homes[1].kind = "consumer";
  const [map, now] = aMap(run);
  const pen = new FakePen();
  drawHomes(pen, map, now);
  assert.deepEqual(pen.written.map(({ text }) => text), ["N1", "N2", "+2.50 kWh", "−12.0 kWh"]);
});

test("what a home has over is written with its sign", () => {
  const [map, now] = aMap(aRun({ steps: 1, generation: [[3], [0]], load: [[0.5], [12]] }));
  const pen = new FakePen();
  drawHomes(pen, map, now);
  assert.deepEqual(pen.written.map(({ text }) => text).filter((text) => /[+−]/u.test(text)), ["+2.50 kWh", "−12.0 kWh"]);
});

test("amounts stand on their trades, cover neither each other nor a home, and as many as have room", () => {
  for (const [width, height] of SIZES) {
    const homes = 8;
    const [map, now] = aMap(aRun({ homes, capacity_kwh: 10 }), { width, height });
    const all = Array.from({ length: homes }, (_, h) => [h * homes + ((h + 3) % homes), 1.5]);
    const pen = new FakePen();
    drawAmounts(pen, map, now, all);
    const tags = pen.written.map(({ text, left, right, top, bottom }) =>
      ({ text, left: left - 6, right: right + 6, top: top - 3, bottom: bottom + 3 }));
    apart(tags);
    const { size } = map.scene;
    for (const { x, y } of map.scene.homes) {
      const home = { left: x - size, right: x + size, top: y - size, bottom: y + size };
      assert.ok(tags.every((tag) => !meet(tag, home)));
    }
    assert.ok(tags.length >= 3);
    assert.ok(tags.every(({ text }) => text === "1.50 kWh"));
  }
});

test("one amount is written in the middle of its trade", () => {
  const [map, now] = aMap(aRun({ homes: 8 }));
  const pen = new FakePen();
  drawAmounts(pen, map, now, [[3, 12.34]]);
  assert.deepEqual(pen.written.map(({ text }) => text), ["12.3 kWh"]);
});

test("a block is called by its first and last home, and says how many homes it has and that it opens", () => {
  const block = { id: "S1 to S10", kind: "solar", count: 10, block: "1-10" };
  assert.equal(kindOf(block, TEXT), "10 homes, solar; opens");
  assert.equal(kindOf({ id: "S1", kind: "solar" }, TEXT), "solar");
  const run = aRun({ homes: 3, steps: 1 });
  Object.assign(run.homes[0], block);
  run.homes[1].kind = "mixed";
  const [map, now] = aMap(run);
  const pen = new FakePen();
  drawHomes(pen, map, now);
  assert.equal(pen.written[0].text, "S1 to S10");
});

test("a text is cut where it no longer fits", () => {
  const pen = new Pen({ measureText: (text) => ({ width: text.length * 10 }) }, {});
  assert.deepEqual([100, 50, 30, 1].map((width) => pen.cut("abcde", width)), ["abcde", "abcde", "ab…", "a…"]);
});

test("a legend breaks into rows that are not wider than the picture", () => {
  const pen = new FakePen();
  const entries = Array.from({ length: 5 }, () => ({ words: "between", width: 40 }));
  const wide = 40 + 6 + 7 * 6.5;
  const rows = legendRows(pen, entries, 2 * wide + 18);
  assert.deepEqual(rows.map((row) => row.length), [2, 2, 1]);
  assert.deepEqual(rows[0].map(({ left }) => left), [0, wide + 18]);
  assert.deepEqual(legendRows(pen, entries, 1).map((row) => row.length), [1, 1, 1, 1, 1]);
});

test("what is written on a battery does not cover itself, however small it is", () => {
  for (let r = 18; r <= 62; r++) {
    const pen = new FakePen();
    drawCell(pen, 0, 0, r, 0.5, ["100%", "1,234", "kWh"]);
    assert.equal(pen.written.length, r < 38 ? 1 : 3);
    apart(pen.written);
  }
});

test("the step that the page shows is marked only while the map plays on", () => {
  assert.equal(marked({ playing: true, page: 8 }), 8);
  assert.equal(marked({ playing: true, page: null }), null);
  assert.equal(marked({ playing: false, page: 8 }), null);
});
