// Small runs as the page sends them, and a pen that remembers what it wrote in place of a canvas.

import { Day } from "../../../src/jiran/app/components/flow_map/js/day.js";
import { Scene } from "../../../src/jiran/app/components/flow_map/js/scene.js";

const each = (steps, value) => Array.from({ length: steps }, () => value);
const rows = (homes, steps) => Array.from({ length: homes }, () => each(steps, 0));

/** As `engine/flows.py` declares them: name, side, other end, what it holds. */
const DECLARED = [
  ["generation", 1, ""], ["load", -1, ""], ["ev", -1, ""], ["p2p_sold", -1, "p2p"], ["p2p_bought", 1, "p2p"],
  ["battery_charged", -1, "battery"], ["battery_drawn", 1, "battery"], ["grid_import", 1, "grid"], ["grid_export", -1, "grid"],
];

/** The flows of a run: what is given by name, and nothing else. */
const flowsOf = (homes, steps, { import_price = each(steps, 0.5), export_price = each(steps, 0.2), ...kwh }) =>
  DECLARED.map(([name, sign, partner]) => {
    const flow = { name, sign, partner, label: name, colour: "#000000" };
    if (partner !== "p2p") flow.kwh = kwh[name] ?? rows(homes, steps);
    if (partner === "grid") flow.price = sign > 0 ? import_price : export_price;
    return flow;
  });

/** A run in which nothing happens but what is given. */
export const aRun = ({ homes = 2, steps = 3, ...given } = {}) => ({
  currency: "MYR",
  step_minutes: 60,
  labels: Array.from({ length: steps }, (_, s) => `Sat 21 Mar 0${s}:00`),
  sun: each(steps, 1),
  homes: Array.from({ length: homes }, (_, h) => ({ id: `N${h + 1}`, kind: "normal" })),
  flows: flowsOf(homes, steps, given),
  trades: { step: [], seller: [], buyer: [], kwh: [], amount: [] },
  soc: each(steps, 0),
  capacity_kwh: 0,
  p2p_price: each(steps, null),
  ...given,
});

/** Trades as [step, seller, buyer, kWh, amount], in the columns that the page sends. */
export const trades = (...list) =>
  Object.fromEntries(["step", "seller", "buyer", "kwh", "amount"].map((name, k) => [name, list.map((row) => row[k])]));

/** A pen whose letters are all half as wide as they are high; `written` holds where each text stands. */
export class FakePen {
  written = [];
  paper = "#ffffff";
  ink = "#000000";
  dark = false;
  hue = { p2p: "#009e73", solar: "#e69f00", ev: "#cc79a7", normal: "#888888", grid: "#d55e00", battery: "#0072b2" };
  ctx = new Proxy({ measureText: (text) => ({ width: (text.length * this.px) / 2 }) }, {
    get: (known, name) => known[name] ?? (() => null),
    set: () => true,
  });
  face(px) { this.px = px; }
  write(text, x, y, px, { align = "center" } = {}) {
    this.face(px);
    const wide = this.ctx.measureText(text).width;
    const left = { left: x, center: x - wide / 2, right: x - wide }[align];
    this.written.push({ text, left, right: left + wide, top: y - px / 2, bottom: y + px / 2 });
  }
  cut(text) { return text; }
  fill() {}
  stroke() {}
  circle() {}
  box() {}
  path() {}
}

/** A map that stands still at a step. */
export const aMap = (run, { step = 0, unit = 0, width = 900, height = 560, chosen = null } = {}) => {
  const scene = new Scene(run, width, height);
  const map = {
    run, scene, unit, chosen, hover: null, playing: false, day: new Day(run),
    still: () => true, focus: () => chosen, quiet: (...homes) => chosen !== null && !homes.includes(chosen),
  };
  return [map, { i: step, j: step, w: 0, gone: 0, at: (row) => row[step] }];
};

/** Whether two boxes share a place. */
export const meet = (p, q) => p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;
