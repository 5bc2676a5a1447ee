// Native controls, so that focus, Enter and tapping work as anywhere else: buttons, slider, one button a home, keys.

import { named } from "./page.js";
import { kindOf } from "./readout.js";
import { savePicture } from "./save.js";

/** Give the controls their words, and each home its button. */
export const labelControls = ({ el, text, run, day }) => {
  named(el.back, text.back);
  named(el.next, text.next);
  named(el.speed, text.speed);
  named(el.scrub, text.day);
  named(el.modes, text.unit);
  named(el.homes, text.homes);
  named(el.save, text.save);
  el.save.title = text.save; // the only one whose sign is not known from everywhere
  el.energy.textContent = `${text.energy} (kWh)`;
  el.money.textContent = `${text.money} (${run.currency})`;
  el.scrub.max = day.n - 1;
  if (el.homes.childElementCount !== run.homes.length) {
    el.homes.replaceChildren(...run.homes.map((_, h) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.home = h;
      button.tabIndex = h ? -1 : 0; // one stop for Tab; up and down walk the ring
      return button;
    }));
  }
  run.homes.forEach((home, h) => named(el.homes.children[h], `${home.id}, ${kindOf(home, text)}`));
};

/** Put the homes' buttons where the homes are drawn. */
export const placeButtons = ({ el, scene }) => {
  const size = `${Math.max(24, scene.size * 2 + 6)}px`;
  scene.homes.forEach(({ x, y }, h) =>
    Object.assign(el.homes.children[h].style, { left: `${x}px`, top: `${y}px`, width: size, height: size }));
};

/** Show which buttons are pressed. */
export const showPressed = ({ el, text, playing, unit, chosen }) => {
  el.play.textContent = playing ? "❚❚" : "▶";
  named(el.play, playing ? text.pause : text.play);
  if (playing) named(el.map, text.moving); // it says its figures once it stands
  el.energy.setAttribute("aria-pressed", !unit);
  el.money.setAttribute("aria-pressed", !!unit);
  [...el.homes.children].forEach((button, h) => button.setAttribute("aria-pressed", h === chosen));
};

/** Listen to everything; the function returned ends that. */
export const listen = (map) => {
  const { el, root, motion } = map;
  const stop = new AbortController();
  const on = (target, event, act) => target.addEventListener(event, act, { signal: stop.signal });
  on(el.play, "click", () => map.rest(!map.playing));
  on(el.back, "click", () => map.go(map.step() - 1));
  on(el.next, "click", () => map.go(map.step() + 1));
  on(el.scrub, "input", () => map.go(Number(el.scrub.value)));
  on(el.energy, "click", () => map.count(0));
  on(el.money, "click", () => map.count(1));
  on(el.save, "click", () => savePicture(map));
  on(el.homes, "click", (event) => homeOf(event) !== null && map.choose(homeOf(event)));
  for (const event of ["pointerover", "focusin"]) on(el.homes, event, (it) => map.point(homeOf(it)));
  for (const event of ["pointerout", "focusout"]) on(el.homes, event, () => map.point(null));
  on(root, "keydown", (event) => press(map, event));
  on(motion, "change", () => map.play(!map.still() && map.playing));
  const sizes = new ResizeObserver(() => map.resize());
  sizes.observe(el.stage);
  const sight = new IntersectionObserver((seen) => map.see(seen.at(-1).isIntersecting));
  sight.observe(el.stage);
  return () => {
    stop.abort();
    sizes.disconnect();
    sight.disconnect();
  };
};

const homeOf = (event) => {
  const button = event.target.closest?.("[data-home]");
  return button ? Number(button.dataset.home) : null;
};

const press = (map, event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const home = homeOf(event);
  const walk = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (home !== null && walk) walkRing(map.el.homes.children, home, walk);
  else if (event.key === "Escape") map.letGo();
  else if (event.target.closest?.("select")) return;
  else if (event.key === " " && !event.target.closest?.(".fm-controls button")) map.rest(!map.playing);
  else if (event.key === "ArrowLeft") map.go(map.step() - 1);
  else if (event.key === "ArrowRight") map.go(map.step() + 1);
  else if (event.key === "Home") map.go(0);
  else if (event.key === "End") map.go(map.day.n - 1);
  else return;
  event.preventDefault();
};

const walkRing = (buttons, from, by) => {
  const to = buttons[(from + by + buttons.length) % buttons.length];
  buttons[from].tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
};
