// The flow map: what is shown, and the passing of time. One canvas for the neighbourhood, one for the ribbon of
// the day, native controls around them.

import { clamp, smooth } from "./maths.js";
import { readLook } from "./colours.js";
import { TEXT } from "./words.js";
import { Day } from "./day.js";
import { Scene } from "./scene.js";
import { drawPicture } from "./picture.js";
import { drawRibbon } from "./ribbon.js";
import { showLegend } from "./legend.js";
import { fit } from "./page.js";
import { placeFigures, showFigures, showTip } from "./readout.js";
import { labelControls, listen, placeButtons, showPressed } from "./controls.js";

class FlowMap {
  constructor(root, memory) {
    this.root = root;
    this.memory = memory;
    this.el = Object.fromEntries([...root.querySelectorAll("[data-el]")].map((e) => [e.dataset.el, e]));
    this.pos = 0; // place in the day, in steps; the fraction is on the way to the next one
    this.clock = 0; // seconds the particles have travelled
    this.unit = 0; // 0 energy, 1 money
    this.playing = this.visible = false;
    this.hover = this.chosen = null; // places in run.homes
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.deafen = listen(this);
  }
  stop() {
    this.deafen();
    cancelAnimationFrame(this.frame);
  }

  update({ run, height }, send) {
    const before = this.run;
    this.run = run;
    this.send = send;
    const labels = Object.fromEntries(run.flows.map(({ name, label }) => [name, label]));
    this.text = { ...labels, ...TEXT, ...run.text };
    this.day = new Day(run);
    const follow = before?.homes[this.chosen]?.id; // the homes may have been reordered
    const found = follow === undefined ? -1 : run.homes.findIndex((home) => home.id === follow);
    this.chosen = found === -1 ? null : found;
    if (before?.homes.length !== run.homes.length) this.hover = null;
    this.root.style.setProperty("--fm-height", `${height}px`);
    this.dress();
    this.resize();
    if (before?.labels.length === this.day.n) return this.show();
    const known = this.memory.n === this.day.n;
    this.pos = known ? this.memory.pos : this.still() ? this.day.busiest() : this.day.dawn();
    this.play(known ? this.memory.playing : !this.still());
  }
  dress() {
    const look = (this.look = readLook(this.root, this.el.map.getContext("2d"), this.run.flows));
    this.root.style.setProperty("--fm-line", look.border);
    this.root.style.setProperty(
      "--fm-thumb", `linear-gradient(90deg, transparent 7px, ${look.ink} 7px 9px, transparent 9px)`);
    this.figures = placeFigures(this);
    showLegend(this);
    labelControls(this);
    showPressed(this);
  }
  resize() {
    const { width, height } = fit(this.el.map);
    if (!this.run) return;
    this.scene = width ? new Scene(this.run, width, height) : undefined; // nowhere to draw while out of sight
    if (!this.scene) return;
    placeButtons(this);
    fit(this.el.ribbon);
    drawRibbon(this.el.ribbon, this);
    this.draw();
  }

  still() { return this.motion.matches; }
  step() { return clamp(Math.floor(this.pos), 0, this.day.n - 1); }
  /** A step is held, then eased into the next one: readable and yet without jumps. */
  now() {
    const i = this.step();
    const j = Math.min(i + 1, this.day.n - 1);
    const gone = this.still() ? 0 : this.pos - i;
    const w = smooth((gone - 0.55) / 0.45);
    return { i, j, w, gone, at: (row) => row[i] * (1 - w) + row[j] * w };
  }
  focus() { return this.hover ?? this.chosen; }
  quiet(...homes) { return this.focus() !== null && !homes.includes(this.focus()); }

  show(newStep = true) {
    if (!this.scene) return;
    this.el.scrub.value = Math.min(this.pos, this.day.n - 1);
    Object.assign(this.memory, { n: this.day.n, pos: this.pos, playing: this.playing });
    if (newStep) showFigures(this);
    this.shown = this.step();
    this.draw();
  }
  draw() { if (this.scene) drawPicture(this.el.map.getContext("2d"), this); }

  play(on) {
    this.playing = on && this.day.n > 1;
    if (!this.playing) this.pos = this.step(); // stand on a step, never between two
    showPressed(this);
    this.show();
    this.wake();
  }
  go(step) {
    this.pos = clamp(Math.round(step), 0, this.day.n - 1);
    this.play(false);
  }
  count(unit) {
    this.unit = unit;
    showPressed(this);
    this.show();
  }
  choose(h) {
    this.chosen = h === this.chosen ? null : h;
    showPressed(this);
    this.send("home", this.chosen === null ? null : this.run.homes[this.chosen].id);
    this.show();
  }
  point(h) {
    this.hover = h;
    showTip(this);
    if (!this.playing || this.still()) this.draw();
  }
  see(visible) {
    this.visible = visible;
    this.wake();
  }

  /** Seconds a step: a day in some 40 s. */
  pace() { return clamp(40 / this.day.n, 0.4, 1.5) / Number(this.el.speed.value); }
  wake() {
    if (this.frame || !this.playing || !this.visible) return;
    this.last = undefined;
    this.frame = requestAnimationFrame((time) => this.tick(time));
  }
  tick(time) {
    this.frame = 0;
    if (!this.playing || !this.visible) return;
    const dt = Math.min(0.1, (time - (this.last ?? time)) / 1000); // a hidden tab comes back where it was
    this.last = time;
    this.pos += dt / this.pace();
    if (this.pos >= this.day.n) this.pos = 0;
    if (!this.still()) this.clock += dt;
    const newStep = this.step() !== this.shown;
    if (!this.still() || newStep) this.show(newStep);
    this.frame = requestAnimationFrame((next) => this.tick(next));
  }
}

// Streamlit calls the function below again at each rerun and theme change, with the same parent element while
// the component stays on the page, and the function it returned last once when the component goes.
const live = new WeakMap();
const memories = new Map(); // where each map stood, for when its page is opened again

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".fm");
  let map = live.get(parentElement);
  if (map?.root !== root) {
    map?.stop();
    if (!memories.has(data.key)) memories.set(data.key, {});
    map = new FlowMap(root, memories.get(data.key));
    live.set(parentElement, map);
  }
  map.update(data, setStateValue);
  return () => { map.stop(); live.delete(parentElement); };
}
