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

const REST_MS = 250; // a finger on the slider moves on sooner
const ANSWER_MS = 3000; // a page that has not answered by then has nothing to say

class FlowMap {
  constructor(root, memory) {
    this.root = root;
    this.memory = memory;
    this.page = null; // the step of this day that the page looks at
    this.el = Object.fromEntries([...root.querySelectorAll("[data-el]")].map((e) => [e.dataset.el, e]));
    this.pos = 0; // place in the day, in steps; the fraction is on the way to the next one
    this.clock = 0; // seconds the particles have travelled
    this.unit = 0; // 0 energy, 1 money
    this.playing = this.visible = false;
    this.hover = this.chosen = null; // places in run.homes
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.picked = {}; // and not yet told to the page
    this.asked = 0; // the timer of what was told and is not yet answered
    this.deafen = listen(this);
  }
  stop() {
    this.deafen();
    clearTimeout(this.telling);
    clearTimeout(this.asked);
    cancelAnimationFrame(this.frame);
  }

  update({ run, at }, send) {
    const before = this.run;
    this.run = run;
    this.send = send;
    const labels = Object.fromEntries(run.flows.map(({ name, label }) => [name, label]));
    this.text = { ...labels, ...TEXT, ...run.text };
    this.day = new Day(run);
    const { memory } = this;
    const led = at ? at.turn !== memory.turn : false; // the page leads, or it answers what was picked here
    memory.turn = at?.turn;
    this.page = at?.step ?? null;
    this.chosen = this.find(led || !before ? at?.home : before.homes[this.chosen]?.id); // the homes may have been reordered
    if (before?.homes.length !== run.homes.length) {
      this.hover = null;
      this.scene = undefined; // the old buttons lose the focus, and nothing is drawn until the new homes have their places
    }
    const known = memory.n === this.day.n && memory.day === run.labels[0];
    this.dress();
    this.resize();
    const follow = known ? (led && at.stay) || !(memory.playing || memory.moved) : at?.stay || this.still();
    if (led && at.halt && before && this.playing) this.rest(false); // the page then looks at the step that is seen here
    else if (at && follow) this.stand(at.step);
    else if (known && before) this.show();
    else this.begin(known, at);
    this.answered();
  }
  /** Begin where this map stood before its page was left, or else at dawn, or where most is traded if it may not move. */
  begin(known, at) {
    this.pos = known ? this.memory.pos : this.still() ? this.day.busiest() : this.day.dawn();
    this.play(known ? this.memory.playing : !this.still());
    if (at && this.memory.moved && !this.playing && this.step() !== at.step) this.tell(); // the page was drawn anew before it was told
  }
  /** The place of a home by its name; null if it is not there. */
  find(id) {
    const place = this.run.homes.findIndex((home) => home.id === id);
    return place === -1 ? null : place;
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
    Object.assign(this.memory, { n: this.day.n, day: this.run.labels[0], pos: this.pos, playing: this.playing });
    if (newStep) showFigures(this);
    this.shown = this.step();
    this.draw();
  }
  draw() { if (this.scene) drawPicture(this.el.map.getContext("2d"), this); }

  play(on) {
    this.playing = on && this.day.n > 1;
    if (!this.playing) this.pos = this.step(); // stand on a step, never between two
    showPressed(this);
    if (this.scene) drawRibbon(this.el.ribbon, this); // which marks what the page shows, as long as the map goes on
    this.show();
    this.wake();
  }
  /** Stand at a step because the page says so. */
  stand(step) {
    this.pos = clamp(step, 0, this.day.n - 1);
    this.play(false);
  }
  /** Stand at a step because the viewer says so. */
  go(step) {
    this.stand(Math.round(step));
    this.tell();
  }
  rest(on) {
    this.play(on);
    if (!on) this.tell();
  }
  /** Tell the page where the map stands, once the viewer has stopped moving on. */
  tell() {
    this.memory.moved = true;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { if (!this.playing) this.pick({ step: this.step() }); }, REST_MS);
  }
  /** Tell the page what is picked, one thing after the other: a page that is cut off while it is drawn draws this map anew. */
  pick(what) {
    Object.assign(this.picked, what);
    if (this.asked) return;
    this.asked = setTimeout(() => this.answered(), ANSWER_MS);
    this.send("pick", this.picked);
    this.picked = {};
  }
  answered() {
    clearTimeout(this.asked);
    this.asked = 0;
    if (Object.keys(this.picked).length > 0) this.pick({});
  }
  count(unit) {
    this.unit = unit;
    showPressed(this);
    this.show();
  }
  choose(h) {
    const home = this.run.homes[h];
    if (home.block) return this.pick({ block: home.block }); // the page sends its homes
    this.chosen = h === this.chosen ? null : h;
    showPressed(this);
    this.pick({ home: this.chosen === null ? null : home.id });
    this.show();
  }
  /** Let go of what is chosen, or else close the block that is open. */
  letGo() {
    if (this.chosen === null) this.pick({ block: null });
    else this.choose(this.chosen);
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
const memories = new Map(); // where each map stood, and what it was told, for when its page is opened again

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".fm");
  let map = live.get(parentElement);
  if (map?.root !== root) {
    map?.stop();
    if (!memories.has(data.key)) memories.set(data.key, {});
    map = new FlowMap(root, memories.get(data.key));
    live.set(parentElement, map);
  }
  map.update(data, setTriggerValue);
  return () => { map.stop(); live.delete(parentElement); };
}
