// What the lines and houses mean: shown under the picture and in a saved one.

import { Pen, DASH } from "./pen.js";
import { straight } from "./scene.js";
import { drawHouse } from "./symbols.js";
import { node } from "./page.js";

export const LEGEND_TALL = 26;

/** The entries that this run needs: words, and a drawing so many px wide and LEGEND_TALL high. */
export const legend = ({ run, text }) => {
  const partners = new Set(run.flows.map(({ partner }) => partner).filter(Boolean));
  const flows = [...partners].filter((flow) => flow !== "battery" || run.capacity_kwh > 0);
  const kinds = ["solar", "ev", "hybrid", "normal", "prosumer", "consumer", "mixed"]
    .filter((kind) => run.homes.some((home) => home.kind === kind));
  const middle = LEGEND_TALL / 2;
  const draw = (flow) => (pen) => {
    const way = straight(1, middle, 38, middle);
    const colour = pen.hue[flow];
    pen.way(way, colour, 2.2, { dash: DASH[flow] });
    pen.arrow(way, 0.95, colour, 2.6);
    if (flow === "p2p") pen.beads(way, 0.3, 2.5, colour);
  };
  return [
    ...flows.map((flow) => ({ words: text[`${flow}Flow`] ?? flow, width: 40, draw: draw(flow) })),
    ...kinds.map((kind) => ({
      words: text[`${kind}Home`], width: 26, draw: (pen) => drawHouse(pen, middle, middle, 11.5, kind),
    })),
  ];
};

export const showLegend = (map) => {
  const box = map.el.legend;
  const sharp = devicePixelRatio || 1;
  box.replaceChildren();
  for (const { words, width, draw } of legend(map)) {
    const entry = node("span", undefined, box);
    const canvas = node("canvas", undefined, entry);
    Object.assign(canvas, { width: width * sharp, height: LEGEND_TALL * sharp });
    Object.assign(canvas.style, { width: `${width}px`, height: `${LEGEND_TALL}px` });
    entry.append(words);
    const ctx = canvas.getContext("2d");
    ctx.scale(sharp, sharp);
    draw(new Pen(ctx, map.look));
  }
};
