import assert from "node:assert/strict";
import test from "node:test";

import { Scene, frameOf, pointOn, straight } from "../../../src/jiran/app/components/flow_map/js/scene.js";
import { aRun } from "./runs.mjs";

const SIZES = [[900, 560], [360, 480]];
const scenes = [1, 2, 5, 12, 40].flatMap((homes) =>
  SIZES.map(([width, height]) => new Scene(aRun({ homes, capacity_kwh: 10 }), width, height)));

test("a way begins at its first point and ends at its last", () => {
  const way = straight(0, 0, 6, 8);
  assert.equal(way.length, 10);
  assert.deepEqual([0, 0.5, 1].map((t) => pointOn(way, t)), [[0, 0], [3, 4], [6, 8]]);
});

test("every home stands whole inside the picture, wide or narrow, few or many", () => {
  for (const { homes, size, W, H } of scenes) {
    for (const { x, y } of homes) assert.ok(x - size > 0 && x + size < W && y - size > 0 && y + size < H);
  }
});

const flat = [3, 8, 13, 18, 24, 40].flatMap((homes) => [[820, 430], [760, 380], [547, 311], [358, 316], [695, 372]].map(([width, height]) =>
  new Scene(aRun({ homes, capacity_kwh: 10 }), width, height)));

test("no two homes stand on each other", () => {
  for (const { homes, size } of [...scenes, ...flat]) {
    homes.forEach((p, i) => homes.slice(i + 1).forEach((q) =>
      assert.ok(Math.hypot(p.x - q.x, p.y - q.y) > 1.5 * size)));
  }
});

test("no home stands on the battery, in a crowd and on a flat screen either", () => {
  for (const { homes, size, cx, cy, core } of [...scenes, ...flat]) {
    const [half, high] = frameOf(core);
    assert.ok(core >= 18);
    for (const { x, y } of homes) assert.ok(Math.abs(x - cx) >= half + size || Math.abs(y - cy) >= high + size);
  }
});

test("every home is fed once, along a cable without gaps that ends where the home is tied", () => {
  for (const { branches, homes, cable } of scenes) {
    assert.deepEqual(branches.flat().map(({ h }) => h).sort((p, q) => p - q), homes.map((_, h) => h));
    for (const branch of branches) {
      let [at] = cable;
      for (const { h, points } of branch) {
        assert.ok(Math.hypot(points[0][0] - at[0], points[0][1] - at[1]) < 1e-6);
        at = points.at(-1);
        assert.deepEqual(at, [homes[h].fx, homes[h].fy]);
      }
    }
  }
});

test("a trade goes from seller to buyer, and past the battery", () => {
  for (const scene of scenes.filter(({ homes }) => homes.length > 1)) {
    const n = scene.homes.length;
    for (let seller = 0; seller < n; seller++) {
      const buyer = (seller + Math.floor(n / 2)) % n;
      const id = seller * (n + 1) + buyer; // the community battery is a trader, too
      const way = scene.way(id);
      assert.deepEqual([way.p, way.q], [seller, buyer].map((h) => [scene.homes[h].x, scene.homes[h].y]));
      const [x, y] = pointOn(way, 0.5);
      assert.ok(Math.hypot(x - scene.cx, y - scene.cy) > scene.core);
      assert.equal(scene.way(id), way); // worked out once
    }
  }
});

test("a trade with the community battery runs between the home and the battery's side", () => {
  for (const scene of scenes) {
    const n = scene.homes.length;
    for (let h = 0; h < n; h++) {
      const [home, ends] = [scene.homes[h], [scene.way(h * (n + 1) + n), scene.way(n * (n + 1) + h)]];
      assert.deepEqual([ends[0].p, ends[1].q], [[home.x, home.y], [home.x, home.y]]);
      for (const [x, y] of [ends[0].q, ends[1].p]) {
        assert.ok(Math.hypot(x - scene.cx, y - scene.cy) < 1.2 * scene.core);
      }
    }
  }
});
