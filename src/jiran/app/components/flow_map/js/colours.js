// Colours: how they are mixed, and which ones go with the page's theme.

import { clamp } from "./maths.js";

// The page says the colours of the flows; on a dark page those of the three with others are lighter, and as far apart for
// the colour-blind. Dashes and arrowheads say it again.
const HUE = { coin: "#F0C541", coinRim: "#8A6200" };
const ON_DARK = { p2p: "#1FBF92", grid: "#E8752A", battery: "#56B4E9" };

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
export const mix = (a, b, t) => {
  const [p, q] = [rgb(a), rgb(b)];
  return "#" + p.map((x, i) => Math.round(x + (q[i] - x) * t).toString(16).padStart(2, "0")).join("");
};
export const fade = (hex, alpha) => hex + Math.round(clamp(alpha, 0, 1) * 255).toString(16).padStart(2, "0");

/** Read the page's theme off an element; `ctx` translates whatever notation the theme uses into #rrggbb. */
export const readLook = (element, ctx, flows) => {
  const css = getComputedStyle(element);
  const colour = (name, other) => {
    ctx.fillStyle = other;
    ctx.fillStyle = css.getPropertyValue(name).trim() || other;
    return ctx.fillStyle.startsWith("#") ? ctx.fillStyle : other;
  };
  const paper = colour("--st-background-color", "#ffffff");
  const ink = colour("--st-text-color", "#31333f");
  const [r, g, b] = rgb(paper);
  const dark = r * 0.3 + g * 0.6 + b * 0.1 < 128;
  const declared = Object.fromEntries(flows.map((flow) => [flow.partner || flow.name, flow.colour]));
  const hue = { ...HUE, ...declared, solar: declared.generation, ...(dark && ON_DARK), normal: mix(paper, ink, 0.55) };
  const font = css.getPropertyValue("--st-font").trim() || "sans-serif";
  return { paper, ink, dark, hue, font, border: mix(paper, ink, 0.2) };
};
