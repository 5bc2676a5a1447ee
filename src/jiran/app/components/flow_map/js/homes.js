// The homes with their names, and the amounts on the trades: what is written must not cover anything.

import { clamp, most, smooth, total } from "./maths.js";
import { fade } from "./colours.js";
import { amountOf, kwh } from "./words.js";
import { frameOf, pointOn } from "./scene.js";
import { drawHouse } from "./symbols.js";

const LIGHT_LOAD = 0.25; // kWh in an hour with which a home is lit up fully

/** Draw the homes and write beside them; return all places that are taken then. */
export const drawHomes = (pen, map, now) => {
  const { run, scene, day } = map;
  const { homes, size } = scene;
  const pairs = day.pairs[now.i];
  const partner = (f, h) => pairs.has(f * day.traders + h) || pairs.has(h * day.traders + f);
  const alpha = homes.map((_, h) => (!map.quiet(h) || partner(map.focus(), h) ? 1 : 0.4));
  const sunny = Math.max(1e-9, most(day.sum.up)) / total(homes.map(({ count = 1 }) => count));
  const night = 1 - smooth(now.at(run.sun) * 4);
  homes.forEach((home, h) => {
    pen.ctx.globalAlpha = alpha[h];
    if (h === map.chosen || h === map.hover) {
      pen.circle(home.x, home.y, size + 4);
      pen.stroke(pen.ink, 2);
    }
    const shine = day.known(h) ? clamp(now.at(day.flows.generation.kwh[h]) / sunny / (home.count ?? 1), 0, 1) : 0;
    const { kind, count = 1 } = home;
    const load = now.at(day.flows.load.kwh[h] ?? run.taken[h]) / count;
    const lit = night * clamp((load * 60) / run.step_minutes / LIGHT_LOAD, 0.25, 1);
    drawHouse(pen, home.x, home.y, size, kind, { shine, lit, count });
  });
  const taken = homes.map(({ x, y }, of) => ({ x, y, wide: size * 1.7, tall: size * 1.7, of }));
  if (run.capacity_kwh > 0) {
    const [wide, tall] = frameOf(scene.core).map((half) => 2 * half - 8);
    taken.push({ x: scene.cx, y: scene.cy, wide, tall });
  }
  const named = homes.map((_, h) => {
    pen.ctx.globalAlpha = alpha[h];
    return nameHome(pen, map, h, taken);
  });
  named.forEach((place, h) => { // once all names have their places
    pen.ctx.globalAlpha = alpha[h];
    if (place) writeNet(pen, map, h, now.i, place, taken);
  });
  pen.ctx.globalAlpha = 1;
  return taken;
};

/** Write where there is room: beside a home on the flanks of a full ring, else below it, but above it in the bottom
 *  row, whose cable comes from below; where that would cover another home or name, or stand nearer to another home, at
 *  another side. A name that fits nowhere is left to the tooltip.
 *  Returns where what the home has over may stand, if there may be room for it. */
const nameHome = (pen, map, h, taken) => {
  const { scene } = map;
  const { size, room, crowded, homes } = scene;
  const home = homes[h];
  const px = clamp(size * 0.55, 9, 13);
  pen.face(px, 600);
  const name = pen.cut(home.id, Math.max(34, room * (crowded ? 1.5 : 0.95)));
  const wide = pen.ctx.measureText(name).width;
  const two = room > 92 && !map.unit; // lines: name, and what the home has over
  const spotAt = (x, y, net) => ({ x, y, net, wide, tall: px, of: h });
  const under = (below) =>
    spotAt(home.x, home.y + below * (size + px * 0.75 + 1) - (two && below < 0 ? px * 1.05 : 0), two);
  const beside = spotAt(home.x + (Math.sign(scene.cx - home.x) || 1) * (size + 5 + wide / 2), home.y, false);
  const below = home.fy - home.y < size * 0.9 ? 1 : -1;
  const flank = room < 74 && !crowded && Math.abs(home.fx - home.x) > 1.3 * Math.abs(home.fy - home.y);
  const places = flank ? [beside, under(below), under(-below)] : [under(below), beside, under(-below)];
  const spot = places
    .find((it) => !covers(it, taken) && homes.every((other, o) => o === h || gap(it, other) > gap(it, home) + 2));
  if (!spot) return null;
  taken.push(spot);
  pen.write(name, spot.x, spot.y, px, { weight: 600 });
  return spot.net ? { x: spot.x, y: spot.y + px * 1.1, px: px * 0.9 } : null;
};

/** How far a home is from what is written at a place. */
const gap = ({ x, y, wide, tall }, home) =>
  Math.hypot(Math.max(0, Math.abs(x - home.x) - wide / 2), Math.max(0, Math.abs(y - home.y) - tall / 2));

/** Write what a home has over below its name, unless that would cover anything. */
const writeNet = (pen, map, h, s, { x, y, px }, taken) => {
  const net = map.day.net(h, s);
  const text = `${net >= 0 ? "+" : "−"}${kwh(Math.abs(net))}`;
  pen.face(px);
  const spot = { x, y, wide: pen.ctx.measureText(text).width, tall: px, of: h };
  if (covers(spot, taken)) return;
  taken.push(spot);
  pen.write(text, x, y, px, { colour: fade(pen.ink, 0.75) });
};

/** Whether a place is taken by another home, its words, or the battery. */
const covers = (spot, taken) => taken.some((it) => it.of !== spot.of
  && Math.abs(it.x - spot.x) < (it.wide + spot.wide) / 2 && Math.abs(it.y - spot.y) < (it.tall + spot.tall) / 2);

/** Write amounts on trades [[id, value], ...], each where it covers no other and nothing that is written already. */
export const drawAmounts = (pen, map, { gone, w }, amounts, written = []) => {
  const alpha = map.playing && !map.still() ? smooth(gone / 0.15) * (1 - w) : 1;
  if (alpha <= 0) return;
  const { homes, size, cx, cy, core } = map.scene;
  const taken = homes.map(({ x, y }) => [x, y, size * 2 + 8, size * 2 + 34]);
  if (map.run.capacity_kwh > 0) taken.push([cx, cy, core * 1.6, core * 2.3]);
  taken.push(...written.map(({ x, y, wide, tall }) => [x, y, wide, tall]));
  const tall = 18;
  pen.ctx.globalAlpha = alpha;
  for (const [id, value] of amounts) {
    const text = amountOf(map.unit, value, map.run.currency);
    pen.face(11.5, 600);
    const wide = pen.ctx.measureText(text).width + 12;
    const free = ([x, y]) => taken.every(([tx, ty, tw, th]) =>
      Math.abs(x - tx) > (wide + tw) / 2 + 2 || Math.abs(y - ty) > (tall + th) / 2 + 2);
    const spot = [0.5, 0.4, 0.6, 0.3, 0.7].map((t) => pointOn(map.scene.way(id), t)).find(free);
    if (!spot) continue;
    const [x, y] = spot;
    taken.push([x, y, wide, tall]);
    pen.box(x - wide / 2, y - tall / 2, wide, tall, tall / 2);
    pen.fill(pen.paper);
    pen.stroke(pen.hue.p2p, 1.2);
    pen.write(text, x, y + 0.5, 11.5, { weight: 600, halo: 0 });
  }
  pen.ctx.globalAlpha = 1;
};
