// The three flows: grid and homes along the cable, home to home, homes and battery.
// Width is energy or money on one scale; dashes and particles move the way it goes.

import { clamp, total } from "./maths.js";
import { fade, mix } from "./colours.js";
import { amountOf, fill, kwh, percent } from "./words.js";
import { frameOf, straight } from "./scene.js";
import { DASH } from "./pen.js";
import { drawCell, drawPylon } from "./symbols.js";

const HEADS = 30; // arrowheads on the biggest flows; beads show the way of the others
const LOUD = 60; // trades drawn in full; the rest, always the smallest, are hairlines
const NOTHING = 1e-4; // a flow too small to be one

const strength = (map, v) => Math.sqrt(clamp(v / map.day.scale[map.unit], 0, 1));
const width = ({ scene, day, unit }, v) =>
  0.8 + 6 * clamp(scene.size / 20, 0.5, 1) * Math.sqrt(clamp(v / day.scale[unit], 0, 2));
const trunk = (map, v) => Math.min(5.5, width(map, Math.abs(v))); // the cable frames the picture, it is not the picture
const moving = (map, kind, v, alpha) => ({ dash: DASH[kind], offset: -Math.sign(v) * map.clock * 38, alpha });

export const drawGrid = (pen, map, now) => {
  const { scene, day, unit } = map;
  const { pole, narrow, homes, cable } = scene;
  const [{ hue, paper, ink }, { i, j, w }] = [pen, now];
  const flows = homes.map((_, h) => day.exchange(h, i, unit) * (1 - w) + day.exchange(h, j, unit) * w);
  const shown = flows.map((v, h) => (map.quiet(h) ? 0 : v));
  for (const branch of scene.branches) {
    let beyond = total(branch.map(({ h }) => shown[h])); // a stretch of cable carries what lies beyond it
    for (const { h, points } of branch) {
      if (Math.abs(beyond) > NOTHING) {
        pen.path(points);
        pen.stroke(hue.grid, trunk(map, beyond), moving(map, "grid", beyond, 0.9));
      }
      beyond -= shown[h];
    }
  }
  const net = total(shown);
  const feed = straight(pole.x - (narrow ? 0 : 22), pole.y - (narrow ? 20 : 0), ...cable[0]);
  pen.way(feed, mix(paper, ink, 0.35), 1.2);
  if (Math.abs(net) > NOTHING) {
    pen.way(feed, hue.grid, trunk(map, net), moving(map, "grid", net, 0.9));
    pen.arrow(feed, 0.62, hue.grid, 4, { back: net < 0 });
  }
  homes.forEach((home, h) => {
    const stub = straight(home.fx, home.fy, home.x, home.y);
    pen.way(stub, mix(paper, ink, 0.3), 1, { alpha: 0.8 });
    const v = flows[h];
    if (Math.abs(v) < NOTHING) return;
    const alpha = map.quiet(h) ? 0.15 : 0.95;
    pen.way(stub, hue.grid, trunk(map, v), moving(map, "grid", v, alpha));
    const middle = (stub.length - scene.size) / 2 / stub.length; // of what is seen between cable and home
    pen.arrow(stub, (v > 0 ? middle : 1 - middle) + 0.1, hue.grid, trunk(map, v) * 0.6, { back: v < 0, alpha });
  });
  drawPylon(pen, pole.x, pole.y, narrow ? 19 : 24);
  writeGrid(pen, map, now.i);
};

const writeGrid = (pen, { scene, day, unit, run, text }, s) => {
  const { x, y } = scene.pole;
  const { imported, exported, bought, sold } = day.sum;
  const over = (...amounts) => amounts.reduce((sum, amount) => sum + Math.max(0, amount), 0); // a price may be below 0
  const sums = unit ? [[over(bought[s], -sold[s]), text.gridPaid], [over(sold[s], -bought[s]), text.gridPays]]
    : [[imported[s], text.gridGives], [exported[s], text.gridTakes]];
  const lines = sums.filter(([sum]) => sum > 5e-3)
    .map(([sum, words]) => fill(words, amountOf(unit, sum, run.currency)));
  const [left, top, align] = scene.narrow ? [x + 28, y + 9 - lines.length * 9, "left"] : [x, y + 57, "center"];
  pen.write(text.grid, ...(scene.narrow ? [x - 46, y] : [x, y + 38]), 13, { weight: 600, halo: 0.5 });
  lines.forEach((line, k) => pen.write(line, left, top + k * 17, 12.5, { align, halo: 0.5 }));
};

/** Draw what neighbours trade, and say which trades are worth a number: [[id, value], ...], biggest first. */
export const drawTrades = (pen, map, { i, j, w }) => {
  const { scene, unit } = map;
  const [now, next] = [map.day.pairs[i], map.day.pairs[j]];
  const flows = [];
  for (const [id, v] of now) flows.push([id, v[unit] * (1 - w) + (next.get(id)?.[unit] ?? 0) * w]);
  if (w > 0) for (const [id, v] of next) if (!now.has(id)) flows.push([id, v[unit] * w]);
  const n = map.day.traders;
  const quiet = ([id]) => map.quiet(Math.floor(id / n), id % n);
  flows.sort((p, q) => quiet(p) - quiet(q) || q[1] - p[1]);
  const focused = map.focus() !== null;
  pen.ctx.beginPath(); // the small ones in one stroke: there can be hundreds
  for (const [id] of flows.slice(LOUD)) pen.follow(scene.way(id));
  pen.stroke(pen.hue.p2p, 0.7, { alpha: focused ? 0.1 : 0.3 });
  const loud = flows.slice(0, LOUD).reverse(); // the biggest on top
  const crowd = clamp(1.25 - loud.length / 120, 0.5, 1);
  loud.forEach((flow, k) => drawTrade(pen, map, flow, quiet(flow), crowd, loud.length - k <= HEADS));
  if (!unit && map.playing && !focused) return []; // there is no time to read them
  const [atMost, from] = focused ? [10, 0.0095] : [scene.narrow ? 4 : 8, 0.045];
  return flows.filter((flow) => !quiet(flow)).slice(0, atMost).map(([id]) => [id, now.get(id)?.[unit]])
    .filter(([, value]) => value > from);
};

const drawTrade = (pen, map, [id, v], quiet, crowd, headed) => {
  const { unit, clock } = map;
  const { hue } = pen;
  const way = map.scene.way(id);
  const wide = 0.4 + width(map, v);
  const alpha = quiet ? 0.07 : (0.2 + 0.3 * Math.min(1, 4 * strength(map, v))) * crowd;
  pen.way(way, hue.p2p, wide, { alpha });
  if (quiet) return;
  const back = unit === 1; // money goes the other way
  const r = (unit ? 2.8 + wide * 0.4 : 1.6 + wide * 0.42) * (0.45 + 0.55 * crowd);
  const [colour, rim] = unit ? [hue.coin, hue.coinRim] : [hue.p2p];
  pen.beads(way, 0.15 + strength(map, v), r, colour, { far: clock * 44, back, rim });
  if (headed) pen.arrow(way, 0.8, hue.p2p, wide * crowd, { back });
};

/** Draw what the battery itself takes from the grid, and gives to it. */
const drawOwnTrade = (pen, map, { i, j, w }) => {
  const { scene: { pole, narrow, cx, cy, core: r }, day, unit } = map;
  const v = day.ofBattery(i, unit) * (1 - w) + day.ofBattery(j, unit) * w;
  if (Math.abs(v) < NOTHING) return;
  const way = narrow ? straight(pole.x, pole.y - 20, cx, cy + r * 1.12) : straight(pole.x - 22, pole.y, cx + r * 0.75, cy);
  pen.way(way, pen.hue.grid, width(map, Math.abs(v)), moving(map, "grid", v, 0.9));
  pen.arrow(way, v > 0 ? 0.85 : 0.7, pen.hue.grid, 5, { back: v < 0 });
};

export const drawBattery = (pen, map, now) => {
  drawOwnTrade(pen, map, now);
  const { run, scene, unit } = map;
  const { cx, cy, core: r } = scene;
  if (!unit) { // a battery moves no money of its own
    const flows = map.day.with("battery");
    scene.homes.forEach((home, h) => {
      const v = total(flows.map((flow) => -flow.sign * now.at(flow.kwh[h])));
      if (Math.abs(v) < NOTHING) return;
      const angle = Math.atan2(home.y - cy, home.x - cx);
      const way = straight(home.x, home.y, cx + Math.cos(angle) * r * 0.75, cy + Math.sin(angle) * r * 1.12);
      const wide = width(map, Math.abs(v));
      const alpha = map.quiet(h) ? 0.1 : 0.9;
      pen.way(way, pen.hue.battery, wide, moving(map, "battery", v, alpha));
      pen.arrow(way, v > 0 ? 0.9 : 0.72, pen.hue.battery, wide * 0.7, { back: v < 0, alpha });
    });
  }
  const [half, high] = frameOf(r);
  pen.box(cx - half, cy - high, half * 2, high * 2 - 4, 12);
  pen.fill(fade(pen.paper, 0.9));
  pen.ctx.globalAlpha = unit ? 0.55 : 1;
  const stored = run.soc[now.i];
  const share = percent(stored / run.capacity_kwh);
  drawCell(pen, cx, cy, r, clamp(now.at(run.soc) / run.capacity_kwh, 0, 1), [share, ...kwh(stored).split(" ")]);
  pen.ctx.globalAlpha = 1;
};
