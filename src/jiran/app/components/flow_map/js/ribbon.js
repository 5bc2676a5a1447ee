// The whole day at a glance under the slider: sun, demand, what neighbours traded.

import { clamp, most, smooth } from "./maths.js";
import { fade, mix } from "./colours.js";
import { Pen } from "./pen.js";

const TALL = 58;
const THUMB = 8; // half the slider's thumb: where its first and last place are
const LONG = 2880; // minutes from which days are marked, not hours
const CLOCK = /\d\d:\d\d(:\d\d)?/u; // in "Sat 21 Mar 08:00 to 09:00": when the step starts
const DEMAND_DASH = [4, 3];

export const drawRibbon = (canvas, map) => {
  const { day, run, text, look } = map;
  const { n, sum } = day;
  const pen = new Pen(canvas.getContext("2d"), look);
  const { ctx, hue, ink, paper } = pen;
  const W = canvas.getBoundingClientRect().width;
  const gap = (W - 2 * THUMB) / Math.max(1, n - 1);
  const x = (s) => THUMB + gap * s;
  ctx.clearRect(0, 0, W, 80);
  ctx.save();
  pen.box(0, 0, W, TALL, 6);
  ctx.clip();
  ctx.fillStyle = mix(paper, ink, 0.04);
  ctx.fillRect(0, 0, W, TALL);
  run.sun.forEach((light, s) => {
    ctx.fillStyle = fade(ink, 0.09 * (1 - smooth(light * 5)));
    ctx.fillRect(s ? x(s) - gap / 2 : 0, 0, s ? gap + (s === n - 1 ? THUMB : 0) : gap / 2 + THUMB, TALL);
  });
  const highest = Math.max(1e-9, ...[sum.up, sum.down, sum.traded].map(most));
  const curve = (values) => values.map((v, s) => [x(s), TALL - 3 - (TALL - 10) * (v / highest)]);
  const area = (values, colour, alpha) => {
    const points = curve(values);
    pen.path([...points, [x(n - 1), TALL], [x(0), TALL]]);
    pen.fill(fade(colour, alpha));
    pen.path(points);
    pen.stroke(colour, 1.5);
  };
  area(sum.up, hue.solar, 0.3);
  area(sum.traded, hue.p2p, 0.45);
  pen.path(curve(sum.down));
  pen.stroke(ink, 1.4, { dash: DEMAND_DASH, alpha: 0.8 });
  if (marked(map) !== null) markPage(pen, x(marked(map)), W, text.page);
  ctx.restore();
  writeHours(pen, run, W, x);
  const { up, down } = day.words;
  writeKey(pen, [[text[up], hue.solar], [text[down], ink, DEMAND_DASH], [text.neighbours, hue.p2p]]);
};

/** The step to mark: the one that the page shows, as long as the map moves on by itself; null for none. */
export const marked = ({ playing, page }) => (playing ? page : null);

/** Mark the step that the page beside the map looks at, while the map plays on. */
const markPage = (pen, x, W, words) => {
  pen.path([[x, 0], [x, TALL]]);
  pen.stroke(pen.ink, 1.2, { dash: [2, 3], alpha: 0.9 });
  const right = x > W / 2;
  pen.write(words, x + (right ? -5 : 5), TALL - 9, 10.5, { align: right ? "right" : "left", halo: 0.8 });
};

const writeHours = (pen, { labels, step_minutes }, W, x) => {
  const n = labels.length;
  const long = n * step_minutes > LONG;
  const marks = Math.min(n, Math.max(2, Math.floor(W / (long ? 90 : 64))));
  const every = Math.max(1, Math.ceil(n / marks));
  for (let s = 0; s < n; s += every) {
    const label = long ? labels[s].split(" ").slice(0, -1).join(" ") : labels[s].match(CLOCK)?.[0];
    const start = s === 0 ? 0 : (x(s - 1) + x(s)) / 2; // a step stands in the middle of its time
    const align = s === 0 ? "left" : start > W - 24 ? "right" : "center";
    pen.write(label ?? "", clamp(start, 2, W - 2), TALL + 10, 11, { align, halo: 0, colour: fade(pen.ink, 0.75) });
  }
};

const writeKey = (pen, entries) => {
  let left = 12;
  for (const [words, colour, dash] of entries) {
    pen.path([[left, 11], [left + 14, 11]]);
    pen.stroke(colour, 2.5, { dash });
    pen.write(words, left + 18, 11, 10.5, { align: "left", halo: 0.6 });
    left += 30 + pen.ctx.measureText(words).width;
  }
};
