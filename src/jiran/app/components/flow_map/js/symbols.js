// The pictures in the picture: a home, a pylon, a battery.

import { fade, mix } from "./colours.js";

/** A home, or a block of them: a ring with a house in it; behind a block's stand others. */
export const drawHouse = (pen, x, y, r, kind, { shine = 0, lit = 0, count = 1 } = {}) => {
  const { hue, ink, paper } = pen;
  const colour = { ev: hue.ev, solar: hue.solar, hybrid: hue.solar }[kind] ?? hue.normal;
  const wide = Math.max(1.3, r * 0.09);
  for (const back of count > 1 ? [0.36, 0.18] : []) {
    pen.circle(x + r * back, y - r * back, r);
    pen.fill(mix(paper, ink, 0.06));
    pen.stroke(colour, wide);
  }
  pen.circle(x, y, r);
  pen.fill(paper);
  if (shine > 0) pen.fill(fade(hue.solar, 0.3 * shine));
  pen.stroke(colour, wide);
  if (kind !== "mixed") return drawBuilding(pen, x, y, r, kind, lit);
  drawBuilding(pen, x - r * 0.42, y + r * 0.08, r * 0.56, "normal", lit);
  drawBuilding(pen, x + r * 0.42, y + r * 0.08, r * 0.56, "solar", lit);
};

/** A panel roof where there is solar, a car where there is one; colour only repeats it. */
const drawBuilding = (pen, x, y, r, kind, lit) => {
  const { ctx, hue, ink, paper } = pen;
  const solar = kind === "solar" || kind === "hybrid";
  const car = kind === "ev" || kind === "hybrid";
  const u = r / 10; // the drawing below is on a grid of 20 by 20
  const dx = car ? -1.6 : 0; // the house makes room for the car
  const shape = (colour, points, shift = dx) => {
    pen.path(points.map(([px, py]) => [x + (px + shift) * u, y + py * u]));
    ctx.closePath();
    pen.fill(colour);
  };
  const wall = mix(paper, ink, pen.dark ? 0.75 : 0.68);
  shape(wall, [[-4.4, -1], [4.4, -1], [4.4, 5.6], [-4.4, 5.6]]);
  shape(wall, solar ? [[-6.4, -0.5], [-4.4, -7.2], [4.4, -7.2], [6.4, -0.5]] : [[-6, -0.6], [0, -6.2], [6, -0.6]]);
  shape(mix(mix(paper, ink, 0.25), "#FFD45E", lit), [[-2.7, 0.8], [-0.2, 0.8], [-0.2, 3.4], [-2.7, 3.4]]);
  if (solar) { // a panel on a hipped roof: another outline, not only another colour
    shape(hue.solar, [[-5.1, -1.5], [-3.7, -6.3], [3.7, -6.3], [5.1, -1.5]]);
    ctx.beginPath();
    for (const [ax, ay, bx, by] of [[-1.2, -6.3, -1.7, -1.5], [1.2, -6.3, 1.7, -1.5], [-4.4, -3.9, 4.4, -3.9]]) {
      ctx.moveTo(x + (ax + dx) * u, y + ay * u);
      ctx.lineTo(x + (bx + dx) * u, y + by * u);
    }
    pen.stroke(wall, Math.max(0.6, u * 0.45));
  } else if (kind === "prosumer") { // what is behind its meter is not known, but it gave something out
    shape(wall, [[2.8, -3.6], [4.4, -6.8], [6, -3.6]]);
  } else if (kind === "consumer") { // only takes in
    shape(wall, [[2.8, -6.8], [4.4, -3.6], [6, -6.8]]);
  } else if (!car) { // a chimney
    shape(wall, [[2.6, -6.6], [4, -6.6], [4, -2.5], [2.6, -2.5]]);
  }
  if (car) {
    shape(hue.ev, [[-0.8, 6], [-0.8, 3.6], [0.6, 3.2], [1.8, 1.4], [5, 1.4], [6.2, 3.2], [7.4, 3.7], [7.4, 6]], 0);
    pen.stroke(paper, Math.max(0.8, u * 0.5));
    ctx.beginPath();
    for (const wheel of [1.2, 5.4]) {
      ctx.moveTo(x + (wheel + 1.1) * u, y + 6 * u);
      ctx.arc(x + wheel * u, y + 6 * u, 1.1 * u, 0, 7);
    }
    pen.fill(ink);
  }
};

export const drawPylon = (pen, x, y, r) => {
  const { ctx } = pen;
  ctx.beginPath();
  for (const part of [
    [[-0.5, 1], [-0.12, -0.75], [0, -1], [0.12, -0.75], [0.5, 1]],
    [[-0.75, -0.32], [0, -0.62], [0.75, -0.32], [-0.75, -0.32]],
    [[-0.6, 0.12], [0, -0.16], [0.6, 0.12], [-0.6, 0.12]],
    [[-0.42, 0.62], [0.28, 0.12]], [[0.42, 0.62], [-0.28, 0.12]],
    [[-0.5, 1], [0.42, 0.62]], [[0.5, 1], [-0.42, 0.62]],
  ]) part.forEach(([px, py], k) => ctx[k ? "lineTo" : "moveTo"](x + px * r, y + py * r));
  ctx.lineJoin = "round";
  pen.stroke(pen.hue.grid, 1.8);
};

const FOR_THREE = 38; // as high as this in half, a battery has room for three lines

/** A battery 2 r high, filled up to `level` of 0..1, with lines of text of decreasing size on it, a small one with the first. */
export const drawCell = (pen, x, y, r, level, [share, amount, unit]) => {
  const { ctx, hue, paper } = pen;
  const half = r * 0.66;
  const body = () => pen.box(x - half, y - r, half * 2, r * 2, 9);
  pen.box(x - half * 0.38, y - r - 6, half * 0.76, 9, 3);
  pen.fill(hue.battery);
  body();
  pen.fill(mix(paper, hue.battery, 0.1)); // opaque: no coin shines through
  ctx.save();
  ctx.clip();
  ctx.fillStyle = mix(paper, hue.battery, pen.dark ? 0.6 : 0.5);
  ctx.fillRect(x - half, y + r - 2 * r * level, half * 2, 2 * r * level);
  ctx.restore();
  body();
  pen.stroke(hue.battery, 2.5);
  if (r < FOR_THREE) {
    pen.write(share, x, y, Math.max(10, r * 0.42), { weight: 700, halo: 0 });
    return;
  }
  pen.write(share, x, y - r * 0.16, r * 0.4, { weight: 700, halo: 0 });
  pen.write(amount, x, y + r * 0.25, Math.max(11, r * 0.25), { halo: 0 });
  pen.write(unit, x, y + r * 0.53, Math.max(10, r * 0.21), { halo: 0 });
};
