// The figures over the picture, the tooltip of a home, and the same for screen readers.

import { clamp } from "./maths.js";
import { amountOf, fill, kwh, money, percent, price } from "./words.js";
import { named, node } from "./page.js";

/** Set up the boxes of the figures: name -> the element that takes the figure. */
export const placeFigures = ({ el, text, run, day, look }) => {
  const { hue, ink } = look;
  const dots = { up: hue.solar, down: ink, neighbours: hue.p2p, battery: hue.battery, fromGrid: hue.grid,
    price: hue.normal };
  if (!(run.capacity_kwh > 0)) delete dots.battery;
  el.stats.replaceChildren();
  return Object.fromEntries(Object.entries(dots).map(([name, dot]) => {
    const box = node("div", undefined, el.stats);
    const unit = name === "price" ? ` ${run.currency}/kWh` : "";
    node("dt", text[day.words[name] ?? name] + unit, box).style.setProperty("--dot", dot);
    return [name, node("dd", "", box)];
  }));
};

/** Everything that changes once a step, unlike the canvas, which is redrawn each frame. */
export const showFigures = (map) => {
  const { run, text, day, figures, el, unit } = map;
  const { sum, soFar } = day;
  const s = map.step();
  const amount = (x) => amountOf(unit, x, run.currency);
  el.time.textContent = run.labels[s];
  el.sofar.textContent = fill(text.sofar, kwh(soFar[0][s]), money(soFar[1][s], run.currency));
  figures.up.textContent = kwh(sum.up[s]);
  figures.down.textContent = kwh(sum.down[s]);
  figures.neighbours.textContent = amount((unit ? sum.paid : sum.traded)[s]);
  figures.fromGrid.textContent = amount((unit ? sum.bought : sum.imported)[s]);
  const paid = run.p2p_price[s];
  figures.price.textContent = paid === null ? `${text.noTrade} ` : `${price(paid)} `;
  const gridPrices = new Set([...day.with("grid", -1), ...day.with("grid", 1)].map((flow) => price(flow.price[s])));
  node("small", fill(text.gridPrices, [...gridPrices].join("–")), figures.price);
  if (figures.battery) {
    figures.battery.textContent = `${percent(run.soc[s] / run.capacity_kwh)} `;
    node("small", kwh(run.soc[s]), figures.battery);
  }
  el.scrub.setAttribute("aria-valuetext", run.labels[s]);
  showTip(map);
  if (!map.playing) speak(el); // not ten times a second
};

const speak = (el) => {
  const parts = [...el.stats.children].map((box) => [...box.children].map((part) => part.textContent).join(" "));
  const words = `${el.time.textContent}. ${parts.join("; ")}. ${el.sofar.textContent}`;
  named(el.map, words);
  el.live.textContent = words;
};

/** What a home is, or how many homes of what kind a block has. */
export const kindOf = ({ kind, count = 1 }, text) => {
  const words = text[`${kind}Home`];
  return count > 1 ? fill(text.block, count, words) : words;
};

export const showTip = (map) => {
  const { run, text, scene, unit, el, hover: h } = map;
  const { tip } = el;
  tip.hidden = h === null;
  if (h === null) return;
  const home = scene.homes[h];
  const kind = kindOf(home, text);
  const written = (v) => (unit ? (v < 0 ? "−" : "+") + money(Math.abs(v), run.currency) : kwh(v));
  const rows = map.day.facts(h, map.step(), unit).map(([name, value]) => [map.day.nameOf(name, text), written(value)]);
  tip.replaceChildren();
  node("b", `${home.id} · ${kind}`, tip);
  for (const pair of rows) {
    const row = node("div", undefined, tip);
    pair.forEach((word) => node("span", word, row));
  }
  named(el.homes.children[h], `${home.id}, ${kind}. ${rows.map((row) => row.join(" ")).join("; ")}`);
  const gap = scene.size + 10;
  const left = home.x > scene.cx ? home.x - gap - tip.offsetWidth : home.x + gap; // towards the middle
  tip.style.left = `${clamp(left, 6, scene.W - tip.offsetWidth - 6)}px`;
  tip.style.top = `${clamp(home.y - tip.offsetHeight / 2, 6, scene.H - tip.offsetHeight - 6)}px`;
};
