// The picture, from back to front.

import { fade, mix } from "./colours.js";
import { Pen } from "./pen.js";
import { drawSky } from "./sky.js";
import { drawBattery, drawGrid, drawTrades } from "./flows.js";
import { drawAmounts, drawHomes } from "./homes.js";

export const drawPicture = (ctx, map) => {
  const pen = new Pen(ctx, map.look);
  const now = map.now();
  drawSky(pen, map, now);
  drawGround(pen, map.scene);
  drawGrid(pen, map, now);
  const amounts = drawTrades(pen, map, now);
  if (map.run.capacity_kwh > 0) drawBattery(pen, map, now);
  const written = drawHomes(pen, map, now);
  drawAmounts(pen, map, now, amounts, written);
};

/** The neighbourhood's ground; the grid's cable is its fence. */
const drawGround = (pen, { cable }) => {
  pen.path(cable);
  pen.ctx.closePath();
  pen.fill(fade(pen.paper, pen.dark ? 0.72 : 0.8));
  pen.stroke(mix(pen.paper, pen.ink, 0.35), 1.2);
};
