import assert from "node:assert/strict";
import test from "node:test";

import { fade, mix } from "../../../src/jiran/app/components/flow_map/js/colours.js";
import { clamp, most, running, scatter, smooth, total } from "../../../src/jiran/app/components/flow_map/js/maths.js";

test("clamp keeps a number between two others", () => {
  assert.deepEqual([-1, 0, 0.5, 1, 2].map((x) => clamp(x, 0, 1)), [0, 0, 0.5, 1, 1]);
});

test("smooth goes from 0 to 1, level at both ends and half way in the middle", () => {
  assert.deepEqual([-1, 0, 0.5, 1, 2].map(smooth), [0, 0, 0.5, 1, 1]);
  assert.ok(smooth(0.1) < 0.1 && smooth(0.9) > 0.9);
});

test("sums, running sums and the biggest, of nothing too", () => {
  assert.equal(total([1, 2, 3]), 6);
  assert.equal(total([]), 0);
  assert.deepEqual(running([1, 2, 3]), [1, 3, 6]);
  assert.equal(most([1, 3, 2]), 3);
  assert.equal(most([-1, -2]), 0);
});

test("stars are scattered over 0 to 1, the same each time", () => {
  const places = Array.from({ length: 100 }, (_, i) => scatter(i));
  assert.ok(places.every((x) => x >= 0 && x < 1));
  assert.ok(new Set(places).size > 90);
  assert.deepEqual(places, Array.from({ length: 100 }, (_, i) => scatter(i)));
});

test("colours mix part by part and keep their zeros", () => {
  assert.equal(mix("#000000", "#ffffff", 0), "#000000");
  assert.equal(mix("#000000", "#ffffff", 1), "#ffffff");
  assert.equal(mix("#ff0010", "#000010", 0.5), "#800010");
});

test("fading adds two digits of opacity, within its bounds", () => {
  assert.deepEqual([-1, 0, 0.02, 0.5, 1, 2].map((alpha) => fade("#123456", alpha).slice(7)),
    ["00", "00", "05", "80", "ff", "ff"]);
});
