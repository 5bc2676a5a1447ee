// The picture of this moment as a PNG that can stand alone: with its time, its unit and its legend.

import { fade } from "./colours.js";
import { Pen } from "./pen.js";
import { drawPicture } from "./picture.js";
import { LEGEND_TALL, legend } from "./legend.js";

const SHARP = 2; // also from a coarse screen: it may be printed
const EDGE = 20;
const HEAD = 88; // three lines: of which run, when, and what until then
const FOOT = 22; // where it comes from
const WORDS = 13; // px, of the legend
const [BESIDE, BETWEEN] = [6, 18]; // between sign and words, and between entries

export const savePicture = (map) => {
  const canvas = document.createElement("canvas");
  paint(canvas, map);
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `jiran-flow-${map.run.labels[map.step()].replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // some browsers read it after the click
  });
};

const paint = (canvas, map) => {
  const { W, H } = map.scene;
  const pen = new Pen(canvas.getContext("2d"), map.look);
  const { ctx } = pen;
  const rows = legendRows(pen, legend(map), W);
  const [width, height] = [W + 2 * EDGE, EDGE + HEAD + H + 12 + rows.length * LEGEND_TALL + FOOT + EDGE];
  Object.assign(canvas, { width: Math.round(width * SHARP), height: Math.round(height * SHARP) });
  ctx.scale(SHARP, SHARP);
  ctx.fillStyle = pen.paper;
  ctx.fillRect(0, 0, width, height);
  ctx.translate(EDGE, EDGE);
  writeHead(pen, map, W);
  ctx.translate(0, HEAD);
  ctx.save();
  pen.box(0, 0, W, H, 12);
  ctx.clip();
  drawPicture(ctx, map);
  ctx.restore();
  pen.box(0, 0, W, H, 12);
  pen.stroke(pen.border, 1);
  ctx.translate(0, H + 12);
  for (const row of rows) {
    for (const { left, width: wide, words, draw } of row) {
      ctx.save();
      ctx.translate(left, 0);
      draw(pen);
      pen.write(words, wide + BESIDE, LEGEND_TALL / 2, WORDS, { align: "left", halo: 0 });
      ctx.restore();
    }
    ctx.translate(0, LEGEND_TALL);
  }
  pen.write(map.run.foot ?? "", 0, FOOT / 2, 11.5, { align: "left", halo: 0, colour: fade(pen.ink, 0.75) });
};

const writeHead = (pen, { el, run }, W) => {
  const plain = { halo: 0, align: "left" };
  pen.face(14);
  pen.write(pen.cut(run.head ?? "", W), 0, 8, 14, { ...plain, colour: fade(pen.ink, 0.75) });
  const unit = el.modes.querySelector("[aria-pressed=true]").textContent;
  pen.write(el.time.textContent, 0, 38, 22, { ...plain, weight: 600 });
  pen.write(unit, W, 38, 14, { ...plain, align: "right" });
  pen.write(el.sofar.textContent, 0, 64, 14, { ...plain, colour: fade(pen.ink, 0.75) });
};

/** Set the entries in rows that are not wider than the picture. */
export const legendRows = (pen, entries, W) => {
  pen.face(WORDS);
  const rows = [[]];
  let left = 0;
  for (const entry of entries) {
    const wide = entry.width + BESIDE + pen.ctx.measureText(entry.words).width;
    if (left > 0 && left + wide > W) {
      rows.push([]);
      left = 0;
    }
    rows.at(-1).push({ ...entry, left });
    left += wide + BETWEEN;
  }
  return rows;
};
