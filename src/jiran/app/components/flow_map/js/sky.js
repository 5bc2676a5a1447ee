// The sky behind the neighbourhood: its colours, stars, sun and moon tell the time of day.

import { clamp, smooth } from "./maths.js";
import { fade, mix } from "./colours.js";

const SKY = { // from the top down
  light: { night: ["#CDD3EA", "#E6E9F5"], day: ["#BFE1F6", "#EDF7FC"], dusk: ["#D9CDE6", "#FBE0C8"] },
  dark: { night: ["#060914", "#0D1322"], day: ["#12344C", "#1B4056"], dusk: ["#1D1C3A", "#4A3036"] },
};

export const drawSky = (pen, map, now) => {
  const light = now.at(map.run.sun);
  drawAir(pen, map.scene, light);
  drawStars(pen, map.scene.stars, 1 - smooth(light * 6));
  const { day, u, du } = map.day.arc[now.i];
  drawSunOrMoon(pen, map.scene, day, clamp(u + du * now.gone, 0, 1));
};

const drawAir = ({ ctx, dark }, { W, H }, light) => {
  const { night, day, dusk } = SKY[dark ? "dark" : "light"];
  const warm = 0.85 * Math.exp(-(((light - 0.16) / 0.14) ** 2)) * smooth(light * 30);
  const tone = (k) => mix(mix(night[k], day[k], smooth(light * 1.8)), dusk[k], warm);
  const air = ctx.createLinearGradient(0, 0, 0, H);
  air.addColorStop(0, tone(0));
  air.addColorStop(0.8, tone(1));
  ctx.fillStyle = air;
  ctx.fillRect(0, 0, W, H);
};

const drawStars = (pen, stars, clear) => {
  if (clear <= 0) return;
  pen.ctx.beginPath();
  for (const [x, y, r] of stars) { pen.ctx.moveTo(x + r, y); pen.ctx.arc(x, y, r, 0, 7); }
  pen.fill(fade(pen.dark ? "#FFFFFF" : "#5B6796", 0.55 * clear));
};

/** `way` is 0 where it rises and 1 where it sets. */
const drawSunOrMoon = (pen, { W, narrow }, day, way) => {
  const { ctx } = pen;
  const lift = Math.sin(Math.PI * way);
  const x = W * (0.05 + 0.9 * way);
  const y = (narrow ? 23 : 27) + (1 - Math.sqrt(lift)) * (narrow ? 40 : 110);
  const r = narrow ? 12 : 15;
  const strong = smooth(0.4 + lift * 4);
  if (day) {
    const glow = ctx.createRadialGradient(x, y, r * 0.6, x, y, r * 6);
    glow.addColorStop(0, fade("#FFC933", 0.5 * strong));
    glow.addColorStop(1, fade("#FFC933", 0));
    ctx.fillStyle = glow;
    ctx.fillRect(x - r * 6, y - r * 6, r * 12, r * 12);
    pen.circle(x, y, r);
  } else { // a crescent: the disc less a disc
    ctx.beginPath();
    ctx.arc(x, y, r * 0.85, 0.6, 4.4);
    ctx.arc(x + r * 0.42, y - r * 0.18, r * 0.72, 4.05, 0.95, true);
  }
  pen.fill(fade(day ? "#FDB913" : pen.dark ? "#F4EFD6" : "#8089B5", strong));
};
