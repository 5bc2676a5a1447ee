// What happened: the run's sums, pairs and prices, worked out once so that a frame only looks them up.
// `unit` is 0 for energy and 1 for money, and the place in a [kWh, amount] pair.

import { most, running, total } from "./maths.js";

const DAYLIGHT = 0.005; // of the brightest

export class Day {
  constructor(run) {
    this.run = run;
    this.n = run.labels.length;
    const sum = (name) => run.labels.map((_, s) => total(run[name].map((row) => row[s])));
    this.pairs = this.sumPairs();
    const traded = (unit) => this.pairs.map((pairs) => total([...pairs.values()].map((v) => v[unit])));
    this.sum = { imported: sum("grid_import"), exported: sum("grid_export"), traded: traded(0), paid: traded(1) };
    // What homes generate and need, or where that is not known of all, what they give out and take in.
    this.words = run.taken ? { up: "given", down: "taken" } : { up: "solar", down: "demand" };
    this.sum.up = sum(run.taken ? "given" : "generation");
    this.sum.down = run.taken ? sum("taken") : sum("load").map((x, s) => x + total(run.ev.map((row) => row[s])));
    this.sum.bought = this.sum.imported.map((x, s) => x * run.import_price[s]);
    this.sum.sold = this.sum.exported.map((x, s) => x * run.export_price[s]);
    // The page sums before it rounds, so that the same total stands here and in every table.
    this.soFar = run.so_far ? [run.so_far.kwh, run.so_far.amount] : [running(this.sum.traded), running(this.sum.paid)];
    this.scale = this.biggest();
    this.arc = this.arcs();
  }

  /** For each step: seller * homes + buyer -> [kWh, amount]. */
  sumPairs() {
    const { labels, homes, trades } = this.run;
    const pairs = labels.map(() => new Map());
    trades.step.forEach((s, k) => {
      const id = trades.seller[k] * homes.length + trades.buyer[k];
      const [energy, amount] = pairs[s].get(id) ?? [0, 0];
      pairs[s].set(id, [energy + trades.kwh[k], amount + trades.amount[k]]);
    });
    return pairs;
  }

  /** One scale for all flows of a unit, so that widths can be compared over the picture and the day. */
  biggest() {
    const { grid_import, grid_export, battery_charged, battery_drawn, import_price, export_price } = this.run;
    const pair = (unit) => most(this.pairs.map((pairs) => most([...pairs.values()].map((v) => v[unit]))));
    const flow = (rows, price) => most(rows.map((row) => most(price ? row.map((x, s) => x * price[s]) : row)));
    return [
      Math.max(1e-9, pair(0), ...[grid_import, grid_export, battery_charged, battery_drawn].map((rows) => flow(rows))),
      Math.max(1e-9, pair(1), flow(grid_import, import_price), flow(grid_export, export_price)),
    ];
  }

  /** The sun's way: each stretch of light or dark is one arc; a night cut off by the data's edge is half of one. */
  arcs() {
    const { n } = this;
    const bright = this.run.sun.map((light) => light > DAYLIGHT);
    const arcs = [];
    for (let start = 0; start < n;) {
      const day = bright[start];
      let end = start;
      while (end < n && bright[end] === day) end++;
      const [from, to] = [!day && start === 0 && end < n ? 0.5 : 0, !day && end === n && start > 0 ? 0.5 : 1];
      const du = (to - from) / (end - start);
      for (let s = start; s < end; s++) arcs.push({ day, u: from + (s - start) * du, du });
      start = end;
    }
    return arcs;
  }

  busiest() { return this.sum.traded.indexOf(Math.max(...this.sum.traded)); }
  dawn() { return Math.max(0, this.arc.findIndex((arc) => arc.day) - 1); } // where there begins to be something to see

  /** What a home exchanges with the grid: > 0 towards the home, in money towards the grid. */
  exchange(h, s, unit) {
    const { grid_import, grid_export, import_price, export_price } = this.run;
    const [from, to] = [grid_import[h][s], grid_export[h][s]];
    return unit ? to * export_price[s] - from * import_price[s] : from - to;
  }

  /** What a home has left of its own (> 0) or lacks. */
  net(h, s) {
    const { generation, load, ev, given, taken } = this.run;
    return load[h] ? generation[h][s] - load[h][s] - ev[h][s] : given[h][s] - taken[h][s];
  }

  /** What a home did in a step, as [key of its word, value]; money is signed as the home sees it. */
  facts(h, s, unit) {
    const { run } = this;
    const n = run.homes.length;
    let [sold, bought] = [0, 0];
    for (const [id, v] of this.pairs[s]) {
      if (Math.floor(id / n) === h) sold += v[unit];
      if (id % n === h) bought += v[unit];
    }
    const [imported, exported] = [run.grid_import[h][s], run.grid_export[h][s]];
    const own = run.load[h]
      ? [["solar", run.generation[h][s]], ["demandHome", run.load[h][s]], ["evLoad", run.ev[h][s]]]
      : [["given", run.given[h][s]], ["taken", run.taken[h][s]]];
    const facts = unit
      ? [["sold", sold], ["exported", exported * run.export_price[s]], ["bought", -bought],
        ["imported", -imported * run.import_price[s]]]
      : [...own, ["sold", sold], ["bought", bought], ["charged", run.battery_charged[h][s]],
        ["drawn", run.battery_drawn[h][s]], ["imported", imported], ["exported", exported]];
    return facts.filter(([, value]) => Math.abs(value) > 5e-4);
  }
}
