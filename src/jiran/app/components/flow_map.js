// The flow map: one canvas for the neighbourhood, one for the ribbon of the day, native controls around them.
// Names can come from uploads, so they only ever become text (textContent, fillText), never markup.

const TEXT = {
  solar: "Solar", demand: "Demand", neighbours: "Neighbours", battery: "Battery", fromGrid: "From grid",
  price: "Price", noTrade: "no trade", gridPrices: "grid {0}–{1}", sofar: "So far: {0} between neighbours, {1}",
  play: "Play", pause: "Pause", back: "One step back", next: "One step on", speed: "Speed", day: "Time of day",
  energy: "Energy", money: "Money", unit: "What the flows show", homes: "Homes", grid: "Grid",
  p2pFlow: "between neighbours", batteryFlow: "battery", gridFlow: "grid", solarHome: "solar", evHome: "EV",
  hybridHome: "solar + EV", normalHome: "no solar", demandHome: "Household", evLoad: "Car", sold: "Sold to neighbours",
  bought: "Bought from neighbours", charged: "Into the battery", drawn: "Out of the battery",
  imported: "From the grid", exported: "To the grid", gridGives: "supplies {0}", gridTakes: "takes {0}",
  gridPaid: "is paid {0}", gridPays: "pays {0}",
};
// Okabe-Ito, so that the three flows differ for the colour-blind; dashes and arrowheads say it again.
const HUE = { p2p: "#009E73", grid: "#D55E00", solar: "#E69F00", ev: "#CC79A7", coin: "#F0C541", coinRim: "#8A6200" };
const DASH = { p2p: [], battery: [7, 6], grid: [12, 5, 2, 5] };
const SKY = {
  light: { night: ["#CDD3EA", "#E6E9F5"], day: ["#BFE1F6", "#EDF7FC"], dusk: ["#D9CDE6", "#FBE0C8"] },
  dark: { night: ["#060914", "#0D1322"], day: ["#12344C", "#1B4056"], dusk: ["#1D1C3A", "#4A3036"] },
};
const BEAD = 18; // px between the places where a particle may be
const HEADS = 30; // arrowheads on the biggest flows; beads show the way of the others
const LOUD = 60; // edges drawn in full; the rest, always the smallest, are hairlines

const clamp = (x, lo, hi) => Math.min(hi, Math.max(lo, x));
const smooth = (x) => { const t = clamp(x, 0, 1); return t * t * (3 - 2 * t); };
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const mix = (a, b, t) => {
  const [p, q] = [rgb(a), rgb(b)];
  return "#" + p.map((x, i) => Math.round(x + (q[i] - x) * t).toString(16).padStart(2, "0")).join("");
};
const fade = (hex, alpha) => hex + Math.round(clamp(alpha, 0, 1) * 255).toString(16).padStart(2, "0");
const total = (matrix, n) => Array.from({ length: n }, (_, s) => matrix.reduce((t, row) => t + row[s], 0));
const running = (xs) => { let t = 0; return xs.map((x) => (t += x)); };
const fill = (text, ...words) => text.replace(/\{(\d)\}/g, (_, i) => words[i]);
const number = (x, digits) => x.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const kwh = (x) => (x >= 9999.5 ? `${number(x / 1000, 1)} MWh` : `${number(x, x >= 99.95 ? 0 : x >= 9.995 ? 1 : 2)} kWh`);
const node = (tag, text, parent) => {
  const el = parent.appendChild(document.createElement(tag));
  if (text !== undefined) el.textContent = text;
  return el;
};
// A rounded square: uses a wide picture better than an ellipse does, and has no corners to crowd.
const around = (angle, cx, cy, a, b) => {
  const bend = (v) => Math.sign(v) * Math.abs(v) ** 0.72;
  return { x: cx + a * bend(Math.cos(angle)), y: cy + b * bend(Math.sin(angle)) };
};

class FlowMap {
  constructor(root, remembered) {
    this.root = root;
    this.memory = remembered;
    this.el = Object.fromEntries([...root.querySelectorAll("[data-el]")].map((e) => [e.dataset.el, e]));
    this.pos = 0; // place in the day, in steps; the fraction is on the way to the next one
    this.clock = 0; // seconds the particles have travelled
    this.mode = 0; // 0 energy, 1 money: also the place in a [kWh, amount] pair
    this.playing = this.visible = false;
    this.hover = this.chosen = null;
    this.tick = this.tick.bind(this);
    this.listen();
  }

  // --- data -------------------------------------------------------------------------------------------

  update({ run, height }, send) {
    const before = this.run;
    this.run = run;
    this.send = send;
    this.text = { ...TEXT, ...run.text };
    this.n = run.labels.length;
    const follow = before?.homes[this.chosen]?.id; // the homes may have been reordered
    this.chosen = follow === undefined ? null : run.homes.findIndex((home) => home.id === follow);
    if (this.chosen === -1) this.chosen = null;
    if (before?.homes.length !== run.homes.length) this.hover = null;
    this.prepare();
    this.root.style.setProperty("--fm-height", `${height}px`);
    this.theme();
    this.furnish();
    this.resize();
    if (before?.labels.length === this.n) return this.show();
    const known = this.memory.n === this.n;
    this.pos = known ? this.memory.pos : this.still() ? this.busiest() : this.dawn();
    this.play(known ? this.memory.playing : !this.still());
  }

  prepare() {
    const { run, n } = this;
    const H = run.homes.length;
    const sum = (name) => total(run[name], n);
    this.pairs = Array.from({ length: n }, () => new Map()); // seller * H + buyer -> [kWh, amount]
    const { step, seller, buyer, kwh: energy, amount } = run.trades;
    step.forEach((s, k) => {
      const id = seller[k] * H + buyer[k];
      const old = this.pairs[s].get(id) ?? [0, 0];
      this.pairs[s].set(id, [old[0] + energy[k], old[1] + amount[k]]);
    });
    const traded = (m) => this.pairs.map((map) => [...map.values()].reduce((t, v) => t + v[m], 0));
    this.sum = { solar: sum("generation"), load: sum("load"), ev: sum("ev"), imported: sum("grid_import"),
      exported: sum("grid_export"), traded: traded(0), paid: traded(1) };
    this.sum.demand = this.sum.load.map((x, s) => x + this.sum.ev[s]);
    this.soFar = [running(this.sum.traded), running(this.sum.paid)];
    // One scale for all flows of a unit, so that widths can be compared over the picture and the day.
    const most = (rows, price) => Math.max(0, ...rows.map((row) => Math.max(0, ...row.map((x, s) => x * price[s]))));
    const one = Array(n).fill(1);
    const pairMost = (m) => Math.max(0, ...this.pairs.map((map) => Math.max(0, ...[...map.values()].map((v) => v[m]))));
    const { grid_import, grid_export, battery_charged, battery_drawn } = run;
    this.scale = [
      Math.max(1e-9, pairMost(0), ...[grid_import, grid_export, battery_charged, battery_drawn].map((r) => most(r, one))),
      Math.max(1e-9, pairMost(1), most(grid_import, run.import_price), most(grid_export, run.export_price)),
    ];
    // The sun's way: each stretch of light or dark is one arc; a night cut off by the data's edge is half of one.
    this.arc = [];
    for (let s = 0; s < n;) {
      const day = run.sun[s] > 0.005;
      let end = s;
      while (end < n && run.sun[end] > 0.005 === day) end++;
      const [from, to] = [!day && s === 0 && end < n ? 0.5 : 0, !day && end === n && s > 0 ? 0.5 : 1];
      for (let i = s; i < end; i++) this.arc.push({ day, u: from + ((to - from) * (i - s)) / (end - s), du: (to - from) / (end - s) });
      s = end;
    }
  }

  still() { return this.motion.matches; }
  busiest() { return this.sum.traded.indexOf(Math.max(...this.sum.traded)); }
  dawn() { return Math.max(0, this.arc.findIndex((a) => a.day) - 1); } // where there begins to be something to see
  step() { return clamp(Math.floor(this.pos), 0, this.n - 1); }
  // A step is held, then eased into the next one: readable and yet without jumps.
  blend() {
    const i = this.step();
    const w = this.still() ? 0 : smooth((this.pos - i - 0.55) / 0.45);
    const j = Math.min(i + 1, this.n - 1);
    return { i, j, w, at: (row) => row[i] * (1 - w) + row[j] * w };
  }
  money(x) { return `${this.run.currency} ${number(x, Math.abs(x) >= 1000 ? 0 : 2)}`; }
  amount(x) { return this.mode ? this.money(x) : kwh(x); }

  // --- looks ------------------------------------------------------------------------------------------

  theme() {
    const css = getComputedStyle(this.root);
    const ctx = this.el.map.getContext("2d");
    const colour = (name, other) => { // whatever notation the theme uses, as #rrggbb
      ctx.fillStyle = other;
      ctx.fillStyle = css.getPropertyValue(name).trim() || other;
      return ctx.fillStyle.startsWith("#") ? ctx.fillStyle : other;
    };
    this.paper = colour("--st-background-color", "#ffffff");
    this.ink = colour("--st-text-color", "#31333f");
    this.font = css.getPropertyValue("--st-font").trim() || "sans-serif";
    const [r, g, b] = rgb(this.paper);
    this.dark = r * 0.3 + g * 0.6 + b * 0.1 < 128;
    this.hue = { ...HUE, p2p: this.dark ? "#1FBF92" : HUE.p2p, grid: this.dark ? "#E8752A" : HUE.grid, battery: this.dark ? "#56B4E9" : "#0072B2", normal: mix(this.paper, this.ink, 0.55) };
    const set = (name, value) => this.root.style.setProperty(name, value);
    set("--fm-line", mix(this.paper, this.ink, 0.2));
    set("--fm-thumb", `linear-gradient(90deg, transparent 7px, ${this.ink} 7px 9px, transparent 9px)`);
  }

  /** Words, legend and one real button a home: focus, Enter and tapping then work as anywhere else. */
  furnish() {
    const { el, text, run, hue } = this;
    const label = (name, words) => el[name].setAttribute("aria-label", words);
    [["back", text.back], ["next", text.next], ["speed", text.speed], ["scrub", text.day], ["modes", text.unit],
      ["homes", text.homes]].forEach((pair) => label(...pair));
    el.energy.textContent = `${text.energy} (kWh)`;
    el.money.textContent = `${text.money} (${run.currency})`;
    el.scrub.max = this.n - 1;
    const stats = [["solar", hue.solar], ["demand", this.ink], ["neighbours", hue.p2p], ["battery", hue.battery],
      ["fromGrid", hue.grid], ["price", hue.normal]].filter(([k]) => k !== "battery" || run.capacity_kwh > 0);
    el.stats.replaceChildren();
    this.stat = Object.fromEntries(stats.map(([name, dot]) => {
      const box = node("div", undefined, el.stats);
      node("dt", text[name] + (name === "price" ? ` ${run.currency}/kWh` : ""), box).style.setProperty("--dot", dot);
      return [name, node("dd", "", box)];
    }));
    el.legend.replaceChildren();
    const entry = (words, width, draw) => {
      const canvas = node("canvas", undefined, node("span", undefined, el.legend));
      const dpr = devicePixelRatio || 1;
      Object.assign(canvas, { width: width * dpr, height: 26 * dpr });
      Object.assign(canvas.style, { width: `${width}px`, height: "26px" });
      canvas.parentNode.append(words);
      const ctx = canvas.getContext("2d");
      ctx.scale(dpr, dpr);
      draw(ctx);
    };
    for (const flow of ["p2p", "battery", "grid"]) {
      if (flow === "battery" && !(run.capacity_kwh > 0)) continue;
      entry(text[`${flow}Flow`], 40, (ctx) => {
        const line = { p: [1, 13], q: [38, 13], c: [20, 13], length: 37 };
        this.line(ctx, line, hue[flow], 2.2, DASH[flow], 0, 1);
        this.arrow(ctx, line, 0.95, hue[flow], 2.6, false);
        if (flow === "p2p") this.beads(ctx, line, 0.3, 2.5, hue.p2p);
      });
    }
    for (const kind of ["solar", "ev", "hybrid", "normal"]) {
      if (run.homes.some((h) => h.kind === kind)) entry(text[`${kind}Home`], 26, (ctx) => this.house(ctx, 13, 13, 11.5, kind, 0, 0));
    }
    if (el.homes.childElementCount !== run.homes.length) {
      el.homes.replaceChildren(...run.homes.map((_, h) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.home = h;
        button.tabIndex = h ? -1 : 0; // one stop for Tab; up and down walk the ring
        return button;
      }));
    }
    run.homes.forEach((home, h) => el.homes.children[h].setAttribute("aria-label", `${home.id}, ${text[`${home.kind}Home`]}`));
    this.press();
  }

  press() {
    const { el, text } = this;
    el.play.textContent = this.playing ? "❚❚" : "▶";
    el.play.setAttribute("aria-label", this.playing ? text.pause : text.play);
    el.energy.setAttribute("aria-pressed", !this.mode);
    el.money.setAttribute("aria-pressed", !!this.mode);
    [...el.homes.children].forEach((b, h) => b.setAttribute("aria-pressed", h === this.chosen));
  }

  // --- layout -----------------------------------------------------------------------------------------

  resize() {
    const fit = (canvas) => {
      const box = canvas.getBoundingClientRect();
      const dpr = Math.min(devicePixelRatio || 1, 2); // sharper than 2 is not seen, only paid for
      Object.assign(canvas, { width: Math.round(box.width * dpr), height: Math.round(box.height * dpr) });
      canvas.getContext("2d").setTransform(dpr, 0, 0, dpr, 0, 0);
      return box;
    };
    const { width: W, height: h } = fit(this.el.map);
    if (!W || !this.run) return;
    this.W = W;
    this.H = h;
    const narrow = (this.narrow = W < 560);
    const n = this.run.homes.length;
    // The grid stands outside the ring: at the right, or below where there is no room beside it.
    const edge = narrow ? [8, 46, 8, 78] : [16, 58, 140, 16]; // left, top, right, bottom
    const b = (h - edge[1] - edge[3]) / 2;
    const a = Math.min((W - edge[0] - edge[2]) / 2, b * 2.3);
    const cx = narrow ? W / 2 : (W - edge[2] + edge[0]) / 2;
    const cy = edge[1] + b;
    const start = narrow ? Math.PI / 2 : 0;
    const M = 720;
    const loop = (inset) => Array.from({ length: M + 1 }, (_, k) => around(start + (k / M) * 2 * Math.PI, cx, cy, a - inset, b - inset));
    const walk = (points) => running(points.map((p, k) => (k ? Math.hypot(p.x - points[k - 1].x, p.y - points[k - 1].y) : 0)));
    const cable = loop(0);
    const ring = loop(42); // about where the homes are: they stand at equal distances along it
    const walked = walk(ring);
    const room = walked[M] / Math.max(n, 5);
    const crowded = room < 48; // then every second home steps back a row
    const size = clamp(room * (crowded ? 0.46 : 0.33), 9, 25);
    const depth = size + (narrow ? 17 : 25);
    let k = 0;
    this.homes = this.run.homes.map((home, i) => {
      while (walked[k] < ((i + 0.5) / n) * walked[M]) k++;
      const angle = start + (k / M) * 2 * Math.PI;
      const inward = depth + (crowded && i % 2 ? size * 2.3 : 0);
      return { ...home, foot: k, ...around(angle, cx, cy, a - inward, b - inward), fx: cable[k].x, fy: cable[k].y };
    });
    const pole = narrow ? { x: cx, y: h - 36 } : { x: W - 68, y: cy };
    this.place = { cx, cy, a, b, cable, M, room, crowded, size, depth, pole };
    this.core = clamp(Math.min(a, b) * 0.3, 34, 62); // half the battery's height
    this.curves = new Map();
    [...this.el.homes.children].forEach((button, i) => {
      const { x, y } = this.homes[i];
      const width = Math.max(24, size * 2 + 6);
      Object.assign(button.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${width}px` });
    });
    const random = (seed) => { const x = Math.sin(seed * 127.1) * 43758.5; return x - Math.floor(x); };
    this.stars = Array.from({ length: 46 }, (_, i) => [random(i + 1) * W, random(i + 99) ** 1.5 * h, 0.5 + random(i + 7)]);
    fit(this.el.ribbon);
    this.drawRibbon();
    this.draw();
  }

  /** The way from one home to another, bent towards the middle but past the battery. */
  curve(id) {
    let line = this.curves.get(id);
    if (line) return line;
    const { cx, cy } = this.place;
    const n = this.homes.length;
    const [p, q] = [this.homes[Math.floor(id / n)], this.homes[id % n]];
    const mid = { x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 };
    const c = { x: cx + (mid.x - cx) * 0.45, y: cy + (mid.y - cy) * 0.45 };
    if (this.run.capacity_kwh > 0) {
      const [dx, dy] = [(mid.x + c.x) / 2 - cx, (mid.y + c.y) / 2 - cy]; // the curve's middle, from the battery
      const away = Math.hypot(dx, dy);
      const keep = this.core + 22;
      if (away < keep) {
        const long = Math.hypot(q.x - p.x, q.y - p.y) || 1;
        const side = (q.x - p.x) * dy - (q.y - p.y) * dx >= 0 ? 1 : -1;
        const push = 2 * (keep - away);
        c.x -= ((q.y - p.y) / long) * side * push;
        c.y += ((q.x - p.x) / long) * side * push;
      }
    }
    line = this.bend(p, q, c);
    this.curves.set(id, line);
    return line;
  }
  bend(p, q, c) {
    const line = { p: [p.x, p.y], q: [q.x, q.y], c: [c.x, c.y] };
    line.length = Math.hypot(c.x - p.x, c.y - p.y) / 2 + Math.hypot(q.x - c.x, q.y - c.y) / 2
      + Math.hypot(q.x - p.x, q.y - p.y) / 2; // near enough for spacing beads
    line.length *= 0.75;
    return line;
  }
  straight(ax, ay, bx, by) {
    return { p: [ax, ay], q: [bx, by], c: [(ax + bx) / 2, (ay + by) / 2], length: Math.hypot(bx - ax, by - ay) };
  }
  on({ p, q, c }, t) {
    const s = 1 - t;
    return [s * s * p[0] + 2 * s * t * c[0] + t * t * q[0], s * s * p[1] + 2 * s * t * c[1] + t * t * q[1]];
  }

  // --- strokes ----------------------------------------------------------------------------------------

  line(ctx, { p, q, c }, colour, width, dash, offset, alpha) {
    ctx.beginPath();
    ctx.moveTo(...p);
    ctx.quadraticCurveTo(...c, ...q);
    this.stroke(ctx, colour, width, dash, offset, alpha);
  }
  stroke(ctx, colour, width, dash, offset, alpha) {
    ctx.strokeStyle = fade(colour, alpha);
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.lineDashOffset = offset;
    ctx.stroke();
    ctx.setLineDash([]);
  }
  arrow(ctx, line, t, colour, width, back, alpha = 1) {
    const [x, y] = this.on(line, back ? 1 - t : t);
    const [u, v] = this.on(line, back ? 1.05 - t : t - 0.05);
    const angle = Math.atan2(y - v, x - u);
    const r = 3.5 + width * 0.9;
    ctx.fillStyle = fade(colour, alpha);
    ctx.beginPath();
    for (const turn of [0, 2.45, -2.45]) ctx.lineTo(x + r * Math.cos(angle + turn), y + r * Math.sin(angle + turn));
    ctx.fill();
  }
  /** Particles sit on a moving lattice and grow in turn as the flow does, so density changes without jumps. */
  beads(ctx, line, strength, r, colour, back = false) {
    const far = this.clock * 44;
    ctx.beginPath();
    for (let k = Math.ceil(-far / BEAD); k * BEAD + far <= line.length; k++) {
      const size = r * clamp(0.9 + 3.2 * strength - [0, 2, 1, 3][((k % 4) + 4) % 4], 0, 1);
      if (size < 0.4) continue;
      const t = (k * BEAD + far) / line.length;
      const [x, y] = this.on(line, back ? 1 - t : t);
      ctx.moveTo(x + size, y);
      ctx.arc(x, y, size, 0, 7);
    }
    ctx.fillStyle = colour;
    ctx.fill();
    if (this.mode && colour === HUE.coin) this.stroke(ctx, HUE.coinRim, 1.2, [], 0, 1);
  }
  write(ctx, text, x, y, px, { weight = 400, align = "center", colour = this.ink, halo = 0.9 } = {}) {
    ctx.font = `${weight} ${px}px ${this.font}`;
    ctx.textAlign = align;
    ctx.textBaseline = "middle";
    if (halo) {
      ctx.lineJoin = "round";
      ctx.lineWidth = 3.5;
      ctx.strokeStyle = fade(this.paper, halo);
      ctx.strokeText(text, x, y);
    }
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  }
  cut(ctx, text, width, font) {
    ctx.font = font;
    if (ctx.measureText(text).width <= width) return text;
    let end = text.length;
    while (end > 1 && ctx.measureText(text.slice(0, end) + "…").width > width) end--;
    return text.slice(0, end) + "…";
  }

  /** A home: panel roof where there is solar, a car where there is one; colour only repeats it. */
  house(ctx, x, y, r, kind, shine, lit) {
    const { hue, ink, paper } = this;
    const solar = kind === "solar" || kind === "hybrid";
    const car = kind === "ev" || kind === "hybrid";
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 7);
    ctx.fillStyle = paper;
    ctx.fill();
    if (shine > 0) { ctx.fillStyle = fade(hue.solar, 0.3 * shine); ctx.fill(); }
    const rim = kind === "ev" ? hue.ev : solar ? hue.solar : hue.normal;
    this.stroke(ctx, rim, Math.max(1.3, r * 0.09), [], 0, 1);
    const u = r / 10; // the drawing below is on a grid of 20 by 20
    const path = (...points) => {
      ctx.beginPath();
      points.forEach(([px, py]) => ctx.lineTo(x + px * u, y + py * u));
      ctx.closePath();
    };
    const dx = car ? -1.6 : 0;
    const wall = mix(paper, ink, this.dark ? 0.75 : 0.68);
    ctx.fillStyle = wall;
    path([-4.4 + dx, -1], [4.4 + dx, -1], [4.4 + dx, 5.6], [-4.4 + dx, 5.6]);
    ctx.fill();
    if (solar) path([-6.4 + dx, -0.5], [-4.4 + dx, -7.2], [4.4 + dx, -7.2], [6.4 + dx, -0.5]);
    else path([-6 + dx, -0.6], [dx, -6.2], [6 + dx, -0.6]);
    ctx.fill();
    ctx.fillStyle = mix(mix(paper, ink, 0.25), "#FFD45E", lit);
    path([-2.7 + dx, 0.8], [-0.2 + dx, 0.8], [-0.2 + dx, 3.4], [-2.7 + dx, 3.4]);
    ctx.fill();
    if (solar) { // a panel on a hipped roof: another outline, not only another colour
      path([-5.1 + dx, -1.5], [-3.7 + dx, -6.3], [3.7 + dx, -6.3], [5.1 + dx, -1.5]);
      ctx.fillStyle = hue.solar;
      ctx.fill();
      ctx.beginPath();
      for (const [ax, ay, bx, by] of [[-1.2, -6.3, -1.7, -1.5], [1.2, -6.3, 1.7, -1.5], [-4.4, -3.9, 4.4, -3.9]]) {
        ctx.moveTo(x + (ax + dx) * u, y + ay * u);
        ctx.lineTo(x + (bx + dx) * u, y + by * u);
      }
      this.stroke(ctx, wall, Math.max(0.6, u * 0.45), [], 0, 1);
    } else if (!car) { // a chimney
      path([2.6, -6.6], [4, -6.6], [4, -2.5], [2.6, -2.5]);
      ctx.fillStyle = wall;
      ctx.fill();
    }
    if (car) {
      path([-0.8, 6], [-0.8, 3.6], [0.6, 3.2], [1.8, 1.4], [5, 1.4], [6.2, 3.2], [7.4, 3.7], [7.4, 6]);
      ctx.fillStyle = hue.ev;
      ctx.fill();
      this.stroke(ctx, paper, Math.max(0.8, u * 0.5), [], 0, 1);
      ctx.beginPath();
      for (const wheel of [1.2, 5.4]) { ctx.moveTo(x + (wheel + 1.1) * u, y + 6 * u); ctx.arc(x + wheel * u, y + 6 * u, 1.1 * u, 0, 7); }
      ctx.fillStyle = ink;
      ctx.fill();
    }
  }

  // --- the picture ------------------------------------------------------------------------------------

  draw() {
    if (!this.W || !this.run) return;
    const ctx = this.el.map.getContext("2d");
    const { place } = this;
    const now = this.blend();
    this.labels = [];
    this.sky(ctx, now);
    // The neighbourhood's ground; the grid's cable is its fence.
    ctx.beginPath();
    place.cable.forEach((p) => ctx.lineTo(p.x, p.y));
    ctx.closePath();
    ctx.fillStyle = fade(this.paper, this.dark ? 0.72 : 0.8);
    ctx.fill();
    this.stroke(ctx, mix(this.paper, this.ink, 0.35), 1.2, [], 0, 1);
    this.drawGrid(ctx, now);
    this.drawTrades(ctx, now);
    if (this.run.capacity_kwh > 0) this.drawBattery(ctx, now);
    this.drawHomes(ctx, now);
    this.drawLabels(ctx, now);
  }

  trunk(v) { return Math.min(5.5, this.width(Math.abs(v))); } // the cable frames the picture, it is not the picture
  width(v) { return 0.8 + 6 * clamp(this.place.size / 20, 0.5, 1) * Math.sqrt(clamp(v / this.scale[this.mode], 0, 2)); }
  strength(v) { return Math.sqrt(clamp(v / this.scale[this.mode], 0, 1)); }
  focus() { return this.hover ?? this.chosen; }
  quiet(...homes) { return this.focus() !== null && !homes.includes(this.focus()); }

  sky(ctx, { i, w, at }) {
    const { W, H, narrow } = this;
    const light = at(this.run.sun);
    const palette = SKY[this.dark ? "dark" : "light"];
    const warm = 0.85 * Math.exp(-(((light - 0.16) / 0.14) ** 2)) * smooth(light * 30);
    const tone = [0, 1].map((k) => mix(mix(palette.night[k], palette.day[k], smooth(light * 1.8)), palette.dusk[k], warm));
    const air = ctx.createLinearGradient(0, 0, 0, H);
    air.addColorStop(0, tone[0]);
    air.addColorStop(0.8, tone[1]);
    ctx.fillStyle = air;
    ctx.fillRect(0, 0, W, H);
    const dim = 1 - smooth(light * 6);
    if (dim > 0) {
      ctx.fillStyle = fade(this.dark ? "#FFFFFF" : "#5B6796", 0.55 * dim);
      ctx.beginPath();
      for (const [x, y, r] of this.stars) { ctx.moveTo(x + r, y); ctx.arc(x, y, r, 0, 7); }
      ctx.fill();
    }
    const { day, u, du } = this.arc[i];
    const way = clamp(u + du * (this.still() ? 0 : this.pos - i), 0, 1);
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
    }
    ctx.beginPath();
    if (day) ctx.arc(x, y, r, 0, 7);
    else { // a crescent: the disc less a disc
      ctx.arc(x, y, r * 0.85, 0.6, 4.4);
      ctx.arc(x + r * 0.42, y - r * 0.18, r * 0.72, 4.05, 0.95, true);
    }
    ctx.fillStyle = fade(day ? "#FDB913" : this.dark ? "#F4EFD6" : "#8089B5", strong);
    ctx.fill();
  }

  /** What each home exchanges with the grid: > 0 towards the home, in money towards the grid. */
  exchange({ i, j, w }) {
    const { grid_import: imp, grid_export: exp, import_price: buy, export_price: sell } = this.run;
    const one = (h, s) => (this.mode ? exp[h][s] * sell[s] - imp[h][s] * buy[s] : imp[h][s] - exp[h][s]);
    return this.homes.map((_, h) => one(h, i) * (1 - w) + one(h, j) * w);
  }

  drawGrid(ctx, now) {
    const { place, hue, homes, text } = this;
    const { cable, M, pole } = place;
    const flows = this.exchange(now);
    const shown = flows.map((v, h) => (this.quiet(h) ? 0 : v));
    const pace = (v) => -Math.sign(v) * this.clock * 38;
    const tie = cable[0];
    // Every home is fed the shorter way round, so a stretch of cable carries what lies beyond it.
    for (const side of [1, -1]) {
      const mine = homes.map((home, h) => ({ h, k: side > 0 ? home.foot : M - home.foot })).filter((m) => (side > 0 ? m.k <= M / 2 : m.k < M / 2))
        .sort((p, q) => p.k - q.k);
      let beyond = mine.reduce((t, m) => t + shown[m.h], 0);
      let from = 0;
      for (const { h, k } of mine) {
        if (Math.abs(beyond) > 1e-4) {
          ctx.beginPath();
          for (let s = from; s <= k; s++) { const p = cable[side > 0 ? s : M - s]; ctx.lineTo(p.x, p.y); }
          this.stroke(ctx, hue.grid, this.trunk(beyond), DASH.grid, pace(beyond), 0.9);
        }
        beyond -= shown[h];
        from = k;
      }
    }
    const net = shown.reduce((t, v) => t + v, 0);
    const feed = this.straight(pole.x - (this.narrow ? 0 : 22), pole.y - (this.narrow ? 20 : 0), tie.x, tie.y);
    this.line(ctx, feed, mix(this.paper, this.ink, 0.35), 1.2, [], 0, 1);
    if (Math.abs(net) > 1e-4) {
      this.line(ctx, feed, hue.grid, this.trunk(net), DASH.grid, pace(net), 0.9);
      this.arrow(ctx, feed, 0.62, hue.grid, 4, net < 0);
    }
    homes.forEach((home, h) => {
      const stub = this.straight(home.fx, home.fy, home.x, home.y);
      this.line(ctx, stub, mix(this.paper, this.ink, 0.3), 1, [], 0, 0.8);
      const v = flows[h];
      if (Math.abs(v) < 1e-4) return;
      const alpha = this.quiet(h) ? 0.15 : 0.95;
      this.line(ctx, stub, hue.grid, this.trunk(v), DASH.grid, pace(v), alpha);
      const middle = (stub.length - place.size) / 2 / stub.length; // of what is seen between cable and home
      this.arrow(ctx, stub, v > 0 ? middle + 0.1 : 1 - middle + 0.1, hue.grid, this.trunk(v) * 0.6, v < 0, alpha);
    });
    this.pylon(ctx, pole.x, pole.y, this.narrow ? 19 : 24);
    const { imported, exported } = this.sum;
    const buy = this.mode ? this.sumMoney("grid_import", "import_price", now.i) : imported[now.i];
    const sell = this.mode ? this.sumMoney("grid_export", "export_price", now.i) : exported[now.i];
    const words = this.mode ? [text.gridPaid, text.gridPays] : [text.gridGives, text.gridTakes];
    const lines = [buy, sell].map((v, k) => [v, fill(words[k], this.amount(v))]).filter(([v]) => v > 5e-3);
    const [x, y, align] = this.narrow ? [pole.x + 28, pole.y + 9 - lines.length * 9, "left"] : [pole.x, pole.y + 57, "center"];
    const [nameX, nameY] = this.narrow ? [pole.x - 46, pole.y] : [pole.x, pole.y + 38];
    this.write(ctx, text.grid, nameX, nameY, 13, { weight: 600, halo: 0.5 });
    lines.forEach(([, line], k) => this.write(ctx, line, x, y + k * 17, 12.5, { align, halo: 0.5 }));
  }
  sumMoney(name, price, s) { return this.run[name].reduce((t, row) => t + row[s], 0) * this.run[price][s]; }

  pylon(ctx, x, y, r) {
    ctx.beginPath();
    const seg = (...p) => p.forEach(([px, py], k) => ctx[k ? "lineTo" : "moveTo"](x + px * r, y + py * r));
    seg([-0.5, 1], [-0.12, -0.75], [0, -1], [0.12, -0.75], [0.5, 1]);
    seg([-0.75, -0.32], [0, -0.62], [0.75, -0.32], [-0.75, -0.32]);
    seg([-0.6, 0.12], [0, -0.16], [0.6, 0.12], [-0.6, 0.12]);
    seg([-0.42, 0.62], [0.28, 0.12]);
    seg([0.42, 0.62], [-0.28, 0.12]);
    seg([-0.5, 1], [0.42, 0.62]);
    seg([0.5, 1], [-0.42, 0.62]);
    ctx.lineJoin = "round";
    this.stroke(ctx, this.hue.grid, 1.8, [], 0, 1);
  }

  drawTrades(ctx, { i, j, w }) {
    const m = this.mode;
    const n = this.homes.length;
    const flows = [];
    for (const [id, v] of this.pairs[i]) flows.push([id, v[m] * (1 - w) + (this.pairs[j].get(id)?.[m] ?? 0) * w]);
    if (w > 0) for (const [id, v] of this.pairs[j]) if (!this.pairs[i].has(id)) flows.push([id, v[m] * w]);
    const quiet = ([id]) => this.quiet(Math.floor(id / n), id % n);
    flows.sort((p, q) => quiet(p) - quiet(q) || q[1] - p[1]);
    ctx.beginPath(); // the small ones in one stroke: there can be hundreds
    for (const [id] of flows.slice(LOUD)) { const { p, c, q } = this.curve(id); ctx.moveTo(...p); ctx.quadraticCurveTo(...c, ...q); }
    this.stroke(ctx, this.hue.p2p, 0.7, [], 0, this.focus() === null ? 0.3 : 0.1);
    const loud = flows.slice(0, LOUD).reverse(); // the biggest on top
    const crowd = clamp(1.25 - loud.length / 120, 0.5, 1);
    loud.forEach((flow, k) => {
      const [id, v] = flow;
      const line = this.curve(id);
      const width = 0.4 + this.width(v);
      const alpha = (0.2 + 0.3 * Math.min(1, 4 * this.strength(v))) * crowd;
      this.line(ctx, line, this.hue.p2p, width, [], 0, quiet(flow) ? 0.07 : alpha);
      if (quiet(flow)) return;
      const back = m === 1; // money goes the other way
      const r = (m ? 2.8 + width * 0.4 : 1.6 + width * 0.42) * (0.45 + 0.55 * crowd);
      this.beads(ctx, line, 0.15 + this.strength(v), r, m ? HUE.coin : this.hue.p2p, back);
      if (loud.length - k <= HEADS) this.arrow(ctx, line, 0.8, this.hue.p2p, width * crowd, back);
    });
    const mine = flows.filter((f) => !quiet(f));
    if (m || !this.playing || this.focus() !== null) {
      for (const [id, v] of mine.slice(0, this.focus() !== null ? 10 : this.narrow ? 4 : 8)) {
        const { i: s } = this.blend();
        const exact = this.pairs[s].get(id)?.[m];
        if (exact > (this.focus() === null ? 0.045 : 0.0095)) this.labels.push([this.curve(id), exact, v]);
      }
    }
  }

  drawBattery(ctx, now) {
    const { run, hue, core: r, homes } = this;
    const { cx, cy } = this.place;
    if (!this.mode) { // a battery moves no money of its own
      homes.forEach((home, h) => {
        const v = now.at(run.battery_charged[h]) - now.at(run.battery_drawn[h]);
        if (Math.abs(v) < 1e-4) return;
        const angle = Math.atan2(home.y - cy, home.x - cx);
        const line = this.straight(home.x, home.y, cx + Math.cos(angle) * r * 0.75, cy + Math.sin(angle) * r * 1.12);
        const alpha = this.quiet(h) ? 0.1 : 0.9;
        this.line(ctx, line, hue.battery, this.width(Math.abs(v)), DASH.battery, -Math.sign(v) * this.clock * 38, alpha);
        this.arrow(ctx, line, v > 0 ? 0.9 : 0.72, hue.battery, this.width(Math.abs(v)) * 0.7, v < 0, alpha);
      });
    }
    const level = clamp((now.at(run.soc)) / run.capacity_kwh, 0, 1);
    const box = (x, y, w, h, c) => { ctx.beginPath(); ctx.roundRect(x, y, w, h, c); };
    const half = r * 0.66;
    box(cx - half - 7, cy - r - 11, half * 2 + 14, r * 2 + 18, 12);
    ctx.fillStyle = fade(this.paper, 0.9);
    ctx.fill();
    ctx.globalAlpha = this.mode ? 0.55 : 1;
    box(cx - half * 0.38, cy - r - 6, half * 0.76, 9, 3);
    ctx.fillStyle = hue.battery;
    ctx.fill();
    box(cx - half, cy - r, half * 2, r * 2, 9);
    ctx.fillStyle = mix(this.paper, hue.battery, 0.1); // opaque: no coin shines through
    ctx.fill();
    ctx.save();
    ctx.clip();
    ctx.fillStyle = mix(this.paper, hue.battery, this.dark ? 0.6 : 0.5);
    ctx.fillRect(cx - half, cy + r - 2 * r * level, half * 2, 2 * r * level);
    ctx.restore();
    box(cx - half, cy - r, half * 2, r * 2, 9);
    this.stroke(ctx, hue.battery, 2.5, [], 0, 1);
    const stored = kwh(run.soc[now.i]).split(" ");
    this.write(ctx, `${Math.round((100 * run.soc[now.i]) / run.capacity_kwh)}%`, cx, cy - r * 0.16, r * 0.4, { weight: 700, halo: 0 });
    this.write(ctx, stored[0], cx, cy + r * 0.25, Math.max(11, r * 0.25), { halo: 0 });
    this.write(ctx, stored[1], cx, cy + r * 0.53, Math.max(10, r * 0.21), { halo: 0 });
    ctx.globalAlpha = 1;
  }

  drawHomes(ctx, now) {
    const { run, place, homes } = this;
    const { size, room, crowded } = place;
    const most = Math.max(1e-9, ...this.sum.solar) / Math.max(1, homes.length);
    const px = clamp(size * 0.55, 9, 13);
    // A name that would cover another home or name is left to the tooltip.
    const taken = homes.map((home, h) => [home.x, home.y, size * 1.7, size * 1.7, h]);
    const loud = (h) => !this.quiet(h) || this.partner(h, now.i);
    homes.forEach((home, h) => {
      ctx.globalAlpha = loud(h) ? 1 : 0.4;
      if (h === this.chosen || h === this.hover) {
        ctx.beginPath();
        ctx.arc(home.x, home.y, size + 4, 0, 7);
        this.stroke(ctx, this.ink, 2, [], 0, 1);
      }
      const lit = (1 - smooth(now.at(run.sun) * 4)) * clamp(now.at(run.load[h]) * 60 / run.step_minutes / 0.25, 0.25, 1);
      this.house(ctx, home.x, home.y, size, home.kind, clamp(now.at(run.generation[h]) / most, 0, 1), lit);
    });
    homes.forEach((home, h) => {
      ctx.globalAlpha = loud(h) ? 1 : 0.4;
      // Names go where there is room: beside the home on the flanks of a full ring, else below it, but above
      // it in the bottom row, whose cable comes from below.
      const name = this.cut(ctx, home.id, Math.max(34, room * (crowded ? 1.5 : 0.95)), `600 ${px}px ${this.font}`);
      if (room < 74 && !crowded && Math.abs(home.fx - home.x) > 1.3 * Math.abs(home.fy - home.y)) {
        const side = Math.sign(place.cx - home.x);
        return this.write(ctx, name, home.x + side * (size + 5), home.y, px, { weight: 600, align: side > 0 ? "left" : "right" });
      }
      const below = home.fy - home.y < size * 0.9 ? 1 : -1;
      const net = run.generation[h][now.i] - run.load[h][now.i] - run.ev[h][now.i];
      const two = room > 92 && !this.mode;
      const y = home.y + below * (size + px * 0.75 + 1) - (two && below < 0 ? px * 1.05 : 0);
      const wide = ctx.measureText(name).width;
      const covers = ([tx, ty, tw, th, of]) =>
        of !== h && Math.abs(tx - home.x) < (tw + wide) / 2 && Math.abs(ty - y) < (th + px) / 2;
      if (taken.some(covers)) return;
      taken.push([home.x, y, wide, px, h]);
      this.write(ctx, name, home.x, y, px, { weight: 600 });
      const digits = Math.abs(net) < 9.95 ? 1 : 0;
      const signed = `${net >= 0 ? "+" : "−"}${number(Math.abs(net), digits)}`;
      if (two) this.write(ctx, signed, home.x, y + px * 1.1, px * 0.9, { colour: fade(this.ink, 0.75) });
    });
    ctx.globalAlpha = 1;
  }
  partner(h, s) {
    const f = this.focus();
    return this.pairs[s].has(f * this.homes.length + h) || this.pairs[s].has(h * this.homes.length + f);
  }

  /** Amounts on the biggest flows, each where it covers no other. */
  drawLabels(ctx, { i, w }) {
    const taken = this.homes.map((h) => [h.x, h.y, this.place.size * 2 + 8, this.place.size * 2 + 34]);
    if (this.run.capacity_kwh > 0) taken.push([this.place.cx, this.place.cy, this.core * 1.6, this.core * 2.3]);
    const alpha = this.playing && !this.still() ? smooth((this.pos - i) / 0.15) * (1 - w) : 1;
    if (alpha <= 0) return;
    ctx.globalAlpha = alpha;
    for (const [line, value] of this.labels) {
      const text = this.mode ? number(value, 2) : number(value, value < 9.995 ? 2 : 1);
      ctx.font = `600 11.5px ${this.font}`;
      const wide = ctx.measureText(text).width + 12;
      const spot = [0.5, 0.4, 0.6, 0.3, 0.7].map((t) => this.on(line, t)).find(([x, y]) =>
        taken.every(([tx, ty, tw, th]) => Math.abs(x - tx) > (wide + tw) / 2 + 2 || Math.abs(y - ty) > (18 + th) / 2 + 2));
      if (!spot) continue;
      taken.push([...spot, wide, 18]);
      ctx.beginPath();
      ctx.roundRect(spot[0] - wide / 2, spot[1] - 9, wide, 18, 9);
      ctx.fillStyle = this.paper;
      ctx.fill();
      this.stroke(ctx, this.hue.p2p, 1.2, [], 0, 1);
      this.write(ctx, text, spot[0], spot[1] + 0.5, 11.5, { weight: 600, halo: 0 });
    }
    ctx.globalAlpha = 1;
  }

  /** The whole day at a glance under the slider: sun, demand, what neighbours traded. */
  drawRibbon() {
    const { n, sum, hue, ink, paper } = this;
    const ctx = this.el.ribbon.getContext("2d");
    const { width: W } = this.el.ribbon.getBoundingClientRect();
    const tall = 58;
    const most = Math.max(1e-9, ...sum.solar, ...sum.demand, ...sum.traded);
    const x = (s) => 8 + ((W - 16) * s) / Math.max(1, n - 1); // as the slider's thumb moves
    const y = (v) => tall - 3 - (tall - 10) * (v / most);
    ctx.clearRect(0, 0, W, 80);
    ctx.save();
    ctx.beginPath();
    ctx.roundRect(0, 0, W, tall, 6);
    ctx.clip();
    ctx.fillStyle = mix(paper, ink, 0.04);
    ctx.fillRect(0, 0, W, tall);
    const gap = (W - 16) / Math.max(1, n - 1);
    this.run.sun.forEach((light, s) => {
      ctx.fillStyle = fade(ink, 0.09 * (1 - smooth(light * 5)));
      ctx.fillRect(s ? x(s) - gap / 2 : 0, 0, s ? gap + (s === n - 1 ? 8 : 0) : gap / 2 + 8, tall);
    });
    const curve = (values) => { ctx.beginPath(); values.forEach((v, s) => ctx.lineTo(x(s), y(v))); };
    const area = (values, colour, alpha) => {
      curve(values);
      ctx.lineTo(x(n - 1), tall);
      ctx.lineTo(x(0), tall);
      ctx.fillStyle = fade(colour, alpha);
      ctx.fill();
      curve(values);
      this.stroke(ctx, colour, 1.5, [], 0, 1);
    };
    area(sum.solar, hue.solar, 0.3);
    area(sum.traded, hue.p2p, 0.45);
    curve(sum.demand);
    this.stroke(ctx, ink, 1.4, [4, 3], 0, 0.8);
    ctx.restore();
    const long = n * this.run.step_minutes > 2880;
    const marks = Math.min(n, Math.max(2, Math.floor(W / (long ? 90 : 64))));
    const every = Math.max(1, Math.ceil(n / marks));
    for (let s = 0; s < n; s += every) {
      const words = this.run.labels[s].split(" ");
      const label = long ? words.slice(0, -1).join(" ") : words.at(-1);
      const align = s === 0 ? "left" : x(s) > W - 24 ? "right" : "center";
      this.write(ctx, label, clamp(x(s), 2, W - 2), tall + 10, 11, { align, halo: 0, colour: fade(ink, 0.75) });
    }
    let left = 12;
    for (const [name, colour, dash] of [["solar", hue.solar, []], ["demand", ink, [4, 3]], ["neighbours", hue.p2p, []]]) {
      ctx.beginPath();
      ctx.moveTo(left, 11);
      ctx.lineTo(left + 14, 11);
      this.stroke(ctx, colour, 2.5, dash, 0, 1);
      this.write(ctx, this.text[name], left + 18, 11, 10.5, { align: "left", halo: 0.6 });
      left += 30 + ctx.measureText(this.text[name]).width;
    }
  }

  // --- read-out ---------------------------------------------------------------------------------------

  /** Everything that changes once a step, unlike the canvas, which is redrawn each frame. */
  readout() {
    const { run, text, sum, stat, el } = this;
    const s = this.step();
    this.shown = s;
    const paid = this.mode ? this.sumMoney("grid_import", "import_price", s) : sum.imported[s];
    el.time.textContent = run.labels[s];
    el.sofar.textContent = fill(text.sofar, kwh(this.soFar[0][s]), this.money(this.soFar[1][s]));
    stat.solar.textContent = kwh(sum.solar[s]);
    stat.demand.textContent = kwh(sum.demand[s]);
    stat.neighbours.textContent = this.amount(this.mode ? sum.paid[s] : sum.traded[s]);
    stat.fromGrid.textContent = this.amount(paid);
    const price = run.p2p_price[s];
    stat.price.textContent = price === null ? `${text.noTrade} ` : `${number(price, 3)} `;
    node("small", fill(text.gridPrices, number(run.export_price[s], 2), number(run.import_price[s], 2)), stat.price);
    if (stat.battery) {
      stat.battery.textContent = `${Math.round((100 * run.soc[s]) / run.capacity_kwh)}% `;
      node("small", kwh(run.soc[s]), stat.battery);
    }
    el.scrub.setAttribute("aria-valuetext", run.labels[s]);
    this.tip();
    if (!this.playing) this.speak();
  }
  speak() { // for screen readers, and only when the picture stands still
    const parts = [...this.el.stats.children].map((box) => `${box.children[0].textContent} ${box.children[1].textContent}`);
    const words = `${this.run.labels[this.step()]}. ${parts.join("; ")}. ${this.el.sofar.textContent}`;
    this.el.map.setAttribute("aria-label", words);
    this.el.live.textContent = words;
  }

  facts(h, s) {
    const { run, text } = this;
    const n = this.homes.length;
    const sold = [0, 0];
    const bought = [0, 0];
    for (const [id, v] of this.pairs[s]) {
      if (Math.floor(id / n) === h) v.forEach((x, m) => { sold[m] += x; });
      if (id % n === h) v.forEach((x, m) => { bought[m] += x; });
    }
    const money = [[text.sold, sold[1]], [text.exported, run.grid_export[h][s] * run.export_price[s]],
      [text.bought, -bought[1]], [text.imported, -run.grid_import[h][s] * run.import_price[s]]];
    const energy = [[text.solar, run.generation[h][s]], [text.demandHome, run.load[h][s]], [text.evLoad, run.ev[h][s]],
      [text.sold, sold[0]], [text.bought, bought[0]], [text.charged, run.battery_charged[h][s]],
      [text.drawn, run.battery_drawn[h][s]], [text.imported, run.grid_import[h][s]], [text.exported, run.grid_export[h][s]]];
    const signed = (x) => (x < 0 ? "−" : "+") + this.money(Math.abs(x));
    return (this.mode ? money.map(([k, v]) => [k, v, signed(v)]) : energy.map(([k, v]) => [k, v, kwh(v)]))
      .filter(([, v]) => Math.abs(v) > 5e-4).map(([k, , v]) => [k, v]);
  }

  tip() {
    const { tip, homes } = this.el;
    const h = this.hover;
    tip.hidden = h === null;
    if (h === null) return;
    const home = this.homes[h];
    const rows = this.facts(h, this.step());
    tip.replaceChildren();
    node("b", `${home.id} · ${this.text[`${home.kind}Home`]}`, tip);
    for (const pair of rows) { const row = node("div", undefined, tip); pair.forEach((word) => node("span", word, row)); }
    homes.children[h].setAttribute("aria-label", `${home.id}, ${this.text[`${home.kind}Home`]}. ${rows.map((r) => r.join(" ")).join("; ")}`);
    const gap = this.place.size + 10;
    const left = home.x > this.place.cx ? home.x - gap - tip.offsetWidth : home.x + gap; // towards the middle
    tip.style.left = `${clamp(left, 6, this.W - tip.offsetWidth - 6)}px`;
    tip.style.top = `${clamp(home.y - tip.offsetHeight / 2, 6, this.H - tip.offsetHeight - 6)}px`;
  }

  // --- playing ----------------------------------------------------------------------------------------

  pace() { return clamp(40 / this.n, 0.4, 1.5) / Number(this.el.speed.value); } // seconds a step: a day in some 40 s
  play(on) {
    this.playing = on && this.n > 1;
    if (!this.playing) this.pos = this.step(); // stand on a step, never between two
    this.press();
    this.show();
    this.wake();
  }
  wake() {
    if (this.frame || !this.playing || !this.visible) return;
    this.last = undefined;
    this.frame = requestAnimationFrame(this.tick);
  }
  tick(time) {
    this.frame = 0;
    if (!this.playing || !this.visible) return;
    const dt = Math.min(0.1, (time - (this.last ?? time)) / 1000); // a hidden tab comes back where it was
    this.last = time;
    this.pos += dt / this.pace();
    if (this.pos >= this.n) this.pos = 0;
    if (!this.still()) this.clock += dt;
    const changed = this.step() !== this.shown;
    if (!this.still() || changed) this.show(changed);
    this.frame = requestAnimationFrame(this.tick);
  }
  show(all = true) {
    if (!this.W) return;
    this.el.scrub.value = Math.min(this.pos, this.n - 1);
    Object.assign(this.memory, { n: this.n, pos: this.pos, playing: this.playing });
    if (all) this.readout();
    this.draw();
  }
  go(step) {
    this.pos = clamp(Math.round(step), 0, this.n - 1);
    this.playing = false;
    this.press();
    this.show();
  }
  choose(h) {
    this.chosen = h === this.chosen ? null : h;
    this.press();
    this.send("home", this.chosen === null ? null : this.run.homes[this.chosen].id);
    this.show();
  }
  point(h) {
    this.hover = h;
    this.tip();
    if (!this.playing || this.still()) this.draw();
  }

  listen() {
    const { el, root } = this;
    const stop = new AbortController();
    const on = (target, event, act) => target.addEventListener(event, act, { signal: stop.signal });
    const home = (event) => { const b = event.target.closest?.("[data-home]"); return b ? Number(b.dataset.home) : null; };
    on(el.play, "click", () => this.play(!this.playing));
    on(el.back, "click", () => this.go(this.step() - 1));
    on(el.next, "click", () => this.go(this.step() + 1));
    on(el.scrub, "input", () => this.go(Number(el.scrub.value)));
    ["energy", "money"].forEach((name, mode) => on(el[name], "click", () => { this.mode = mode; this.press(); this.show(); }));
    on(el.homes, "click", (e) => home(e) !== null && this.choose(home(e)));
    on(el.homes, "pointerover", (e) => this.point(home(e)));
    on(el.homes, "pointerout", () => this.point(null));
    on(el.homes, "focusin", (e) => this.point(home(e)));
    on(el.homes, "focusout", () => this.point(null));
    on(root, "keydown", (e) => this.key(e, home(e)));
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    on(this.motion, "change", () => this.play(!this.still() && this.playing));
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(el.stage);
    const sight = new IntersectionObserver((seen) => { this.visible = seen.at(-1).isIntersecting; this.wake(); });
    sight.observe(el.stage);
    this.stop = () => {
      stop.abort();
      sizes.disconnect();
      sight.disconnect();
      cancelAnimationFrame(this.frame);
    };
  }

  key(event, home) {
    const control = event.target.closest?.("select, .fm-controls button");
    const walk = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (home !== null && walk) {
      const all = this.el.homes.children;
      const to = all[(home + walk + all.length) % all.length];
      all[home].tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    } else if (event.key === "Escape" && this.chosen !== null) this.choose(this.chosen);
    else if (event.target.closest?.("select")) return;
    else if (event.key === " " && !control) this.play(!this.playing);
    else if (event.key === "ArrowLeft") this.go(this.step() - 1);
    else if (event.key === "ArrowRight") this.go(this.step() + 1);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(this.n - 1);
    else return;
    event.preventDefault();
  }
}

// Streamlit calls the function below again at each rerun and theme change, with the same parent element while
// the component stays on the page, and the function it returned last once when the component goes.
const live = new WeakMap();
const remembered = new Map(); // where each map stood, for when its page is opened again

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".fm");
  let map = live.get(parentElement);
  if (map?.root !== root) {
    map?.stop();
    if (!remembered.has(data.key)) remembered.set(data.key, {});
    map = new FlowMap(root, remembered.get(data.key));
    live.set(parentElement, map);
  }
  map.update(data, setStateValue);
  return () => { map.stop(); live.delete(parentElement); };
}
