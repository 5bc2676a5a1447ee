// Where everything stands: homes in a ring, the grid's cable around them, and the ways between.
// A way is a quadratic curve {p, q, c, length}: from p to q, bent by c.

import { clamp, running, scatter } from "./maths.js";

const ROUND = 720; // points of the ring
const INSET = 42; // about how far inside the cable the homes are: they stand at equal distances along that line

export const pointOn = ({ p, q, c }, t) => {
  const s = 1 - t;
  return [0, 1].map((k) => s * s * p[k] + 2 * s * t * c[k] + t * t * q[k]);
};
const distance = (p, q) => Math.hypot(q[0] - p[0], q[1] - p[1]);
export const straight = (ax, ay, bx, by) =>
  ({ p: [ax, ay], q: [bx, by], c: [(ax + bx) / 2, (ay + by) / 2], length: Math.hypot(bx - ax, by - ay) });
const bent = (p, q, c) =>
  ({ p, q, c, length: 0.375 * (distance(p, c) + distance(c, q) + distance(p, q)) }); // near enough to space beads

// A rounded square: uses a wide picture better than an ellipse does, and has no corners to crowd.
const around = (angle, cx, cy, a, b) => {
  const bend = (v) => Math.sign(v) * Math.abs(v) ** 0.72;
  return [cx + a * bend(Math.cos(angle)), cy + b * bend(Math.sin(angle))];
};

/** Half the width and half the height of the frame around a battery of this half height. */
export const frameOf = (core) => [core * 0.66 + 7, core + 11];
const SMALLEST = 18; // of a battery on which its numbers can be read
const BACK = [2.3, 1.7, 1.2]; // how far the second row may stand back, in sizes of a home
const [LEAST, APART] = [9, 1.6]; // of homes: their smallest size, and how far one is from another at least, in sizes

export class Scene {
  constructor(run, W, H) {
    const narrow = W < 560;
    const n = run.homes.length;
    // The grid stands outside the ring: at the right, or below where there is no room beside it.
    const [left, top, right, bottom] = narrow ? [8, 46, 8, 78] : [16, 58, 140, 16];
    const b = (H - top - bottom) / 2;
    const a = Math.min((W - left - right) / 2, b * 2.3);
    const cx = narrow ? W / 2 : (W - right + left) / 2;
    const cy = top + b;
    const start = narrow ? Math.PI / 2 : 0; // the cable begins where the grid stands
    const angle = (k) => start + (k / ROUND) * 2 * Math.PI;
    const loop = (inset) => Array.from({ length: ROUND + 1 }, (_, k) => around(angle(k), cx, cy, a - inset, b - inset));
    const cable = loop(0);
    const walked = running(loop(INSET).map((p, k, all) => (k ? distance(p, all[k - 1]) : 0)));
    const room = walked[ROUND] / Math.max(n, 5); // for a home
    const crowded = room < 48; // then every second home steps back a row
    const meets = (x, y, size, core) => Math.abs(x - cx) < frameOf(core)[0] + size && Math.abs(y - cy) < frameOf(core)[1] + size;
    const standing = (size) => {
      const depth = size + (narrow ? 17 : 25);
      let foot = 0; // where on the cable a home is tied to it
      return run.homes.map((home, i) => {
        while (walked[foot] < ((i + 0.5) / n) * walked[ROUND]) foot++;
        const stands = (back) => around(angle(foot), cx, cy, a - depth - back * size, b - depth - back * size);
        // On a flat screen there is no second row where the battery is.
        const [x, y] = (crowded && i % 2 ? BACK : []).map(stands).find((place) => !meets(...place, size, SMALLEST)) ?? stands(0);
        const [fx, fy] = cable[foot];
        return { ...home, x, y, foot, fx, fy };
      });
    };
    const apart = (homes, size) => homes.every((p, i) => !meets(p.x, p.y, size, SMALLEST)
      && homes.slice(i + 1).every((q) => Math.hypot(p.x - q.x, p.y - q.y) > APART * size));
    let size = clamp(room * (crowded ? 0.46 : 0.33), LEAST, 25); // of a home, as a radius
    this.homes = standing(size);
    while (size > LEAST && !apart(this.homes, size)) this.homes = standing(size = Math.max(LEAST, size - 1));
    const pole = narrow ? { x: cx, y: H - 36 } : { x: W - 68, y: cy };
    let core = clamp(Math.min(a, b) * 0.3, 34, 62); // half the battery's height
    while (core > SMALLEST && this.homes.some(({ x, y }) => meets(x, y, size, core))) core -= 1; // a home in the second row may come near
    Object.assign(this, { W, H, narrow, cx, cy, cable, room, crowded, size, pole, core });
    this.hasBattery = run.capacity_kwh > 0;
    this.branches = this.tieHomes();
    this.ways = new Map();
    this.stars = Array.from({ length: 46 }, (_, i) =>
      [scatter(i + 1) * W, scatter(i + 99) ** 1.5 * H, 0.5 + scatter(i + 7)]);
  }

  /** The way from seller to buyer, bent towards the middle but past the battery; `id` as in Day.pairs. */
  way(id) {
    const known = this.ways.get(id);
    if (known) return known;
    const { cx, cy, homes } = this;
    const [seller, buyer] = [Math.floor(id / (homes.length + 1)), id % (homes.length + 1)];
    const [p, q] = [homes[seller], homes[buyer]];
    if (!p || !q) return this.keep(id, this.toBattery(p ?? q, !p));
    const [midX, midY] = [(p.x + q.x) / 2, (p.y + q.y) / 2];
    const c = [cx + (midX - cx) * 0.45, cy + (midY - cy) * 0.45];
    if (this.hasBattery) {
      const [dx, dy] = [(midX + c[0]) / 2 - cx, (midY + c[1]) / 2 - cy]; // the curve's middle, from the battery
      const push = 2 * (this.core + 22 - Math.hypot(dx, dy));
      if (push > 0) {
        const long = Math.hypot(q.x - p.x, q.y - p.y) || 1;
        const side = (q.x - p.x) * dy - (q.y - p.y) * dx >= 0 ? 1 : -1;
        c[0] -= ((q.y - p.y) / long) * side * push;
        c[1] += ((q.x - p.x) / long) * side * push;
      }
    }
    return this.keep(id, bent([p.x, p.y], [q.x, q.y], c));
  }

  /** The way between a home and the community battery, a little beside that of what the market leaves. */
  toBattery(home, away) {
    const { cx, cy, core: r } = this;
    const angle = Math.atan2(home.y - cy, home.x - cx) + 0.18;
    const [x, y] = [cx + Math.cos(angle) * r * 0.75, cy + Math.sin(angle) * r * 1.12];
    return away ? straight(x, y, home.x, home.y) : straight(home.x, home.y, x, y);
  }

  keep(id, way) {
    this.ways.set(id, way);
    return way;
  }

  /** The cable either way round, in stretches from home to home: every home is fed the shorter way. */
  tieHomes() {
    const { cable, homes } = this;
    const halfway = ROUND / 2;
    return [1, -1].map((side) => {
      const reach = (home) => (side > 0 ? home.foot : ROUND - home.foot);
      const mine = homes.map((home, h) => ({ h, k: reach(home) }))
        .filter(({ k }) => (side > 0 ? k <= halfway : k < halfway)).sort((p, q) => p.k - q.k);
      let from = 0;
      return mine.map(({ h, k }) => {
        const points = side > 0 ? cable.slice(from, k + 1) : cable.slice(ROUND - k, ROUND - from + 1).reverse();
        from = k;
        return { h, points };
      });
    });
  }
}
