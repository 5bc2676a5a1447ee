// What happened: the run's sums, pairs and prices, worked out once so that a frame only looks them up.
// `unit` is 0 for energy and 1 for money, and the place in a [kWh, amount] pair.

import { most, running, total } from "./maths.js";

const something = ([, value]) => Math.abs(value) > 5e-4; // of what is told of a home
const DAYLIGHT = 0.005; // of the brightest
const DEMAND = ["load", "ev"];

export class Day {
  constructor(run) {
    this.run = run;
    this.n = run.labels.length;
    this.traders = run.homes.length + 1;
    this.flows = Object.fromEntries(run.flows.map((flow) => [flow.name, flow]));
    const sum = (flows, priced = false) =>
      run.labels.map((_, s) => total(flows.map(({ kwh, price }) => (priced ? price[s] : 1) * total(kwh.map((row) => row[s])))));
    this.pairs = this.sumPairs();
    const traded = (unit) => this.pairs.map((pairs) => total([...pairs.values()].map((v) => v[unit])));
    const [imports, exports] = [this.with("grid", 1), this.with("grid", -1)];
    // What the community battery takes from the grid and gives to it itself, at the homes' prices.
    this.battery = run.battery_grid ?? { taken: run.labels.map(() => 0), given: run.labels.map(() => 0) };
    this.sum = { imported: sum(imports), exported: sum(exports), bought: sum(imports, true), sold: sum(exports, true),
      traded: traded(0), paid: traded(1) };
    this.addBattery();
    // What homes generate and need, which is not what their batteries take, or where that is not known of all, what they give
    // out and take in.
    this.words = run.taken ? { up: "given", down: "taken" } : { up: "solar", down: "demand" };
    this.sum.up = sum(run.taken ? [{ kwh: run.given }] : [this.flows.generation]);
    this.sum.down = sum(run.taken ? [{ kwh: run.taken }] : this.demand());
    // The page sums before it rounds, so that the same total stands here and in every table.
    Object.assign(this.sum, run.sums);
    this.soFar = run.so_far ? [run.so_far.kwh, run.so_far.amount] : [running(this.sum.traded), running(this.sum.paid)];
    this.scale = this.biggest();
    this.arc = this.arcs();
  }

  /**
   * The flows with this at their other end, "" for those of the home itself, without what its roof left out, which it never
   * had; of one side: 1 into the home, -1 out of it.
   */
  with(partner, ...signs) {
    return this.run.flows.filter((flow) =>
      flow.partner === partner && !flow.left_out && (signs.length === 0 || signs.includes(flow.sign)));
  }

  /** The flows that are demand, as tables and charts of the page count it. */
  demand() { return DEMAND.filter((name) => name in this.flows).map((name) => this.flows[name]); }

  /** What a flow, or a figure of a home, is called; a flow that has no word of its own here, as it is declared. */
  nameOf(name, text) { return text[name] ?? this.flows[name].label; }

  /** What the battery trades with the grid is the street's, too. */
  addBattery() {
    for (const [side, energy, money, sign] of [["taken", "imported", "bought", 1], ["given", "exported", "sold", -1]]) {
      const price = this.with("grid", sign)[0]?.price;
      this.battery[side].forEach((v, s) => {
        this.sum[energy][s] += v;
        this.sum[money][s] += v * (price?.[s] ?? 0);
      });
    }
  }

  /** What the battery exchanges with the grid: > 0 towards the battery, in money towards the grid. */
  ofBattery(s, unit) {
    const { taken, given } = this.battery;
    if (!unit) return taken[s] - given[s];
    const [cost, pay] = [1, -1].map((sign) => this.with("grid", sign)[0]?.price[s] ?? 0);
    return given[s] * pay - taken[s] * cost;
  }

  /** For each step: seller * traders + buyer -> [kWh, amount]; traders are the homes, and behind them the community battery. */
  sumPairs() {
    const { labels, trades } = this.run;
    const pairs = labels.map(() => new Map());
    trades.step.forEach((s, k) => {
      const id = trades.seller[k] * this.traders + trades.buyer[k];
      const [energy, amount] = pairs[s].get(id) ?? [0, 0];
      pairs[s].set(id, [energy + trades.kwh[k], amount + trades.amount[k]]);
    });
    return pairs;
  }

  /** One scale for all flows of a unit, so that widths can be compared over the picture and the day. */
  biggest() {
    const outside = this.run.flows.filter(({ partner, kwh }) => partner && kwh); // between a home and something else
    const pair = (unit) => most(this.pairs.map((pairs) => most([...pairs.values()].map((v) => v[unit]))));
    const energy = outside.map(({ kwh }) => most(kwh.map(most)));
    const money = outside.filter(({ price }) => price)
      .map(({ kwh, price }) => most(kwh.map((row) => most(row.map((x, s) => x * price[s])))));
    const own = [0, 1].map((unit) => most(this.run.labels.map((_, s) => Math.abs(this.ofBattery(s, unit)))));
    return [Math.max(1e-9, pair(0), own[0], ...energy), Math.max(1e-9, pair(1), own[1], ...money)];
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
    return total(this.with("grid").map(({ kwh, sign, price }) => sign * kwh[h][s] * (unit ? -price[s] : 1)));
  }

  /** What a home has left of its own (> 0) or lacks, before it trades. */
  net(h, s) {
    const { given, taken } = this.run;
    if (!this.known(h)) return given[h][s] - taken[h][s];
    return total(this.with("").map(({ kwh, sign }) => sign * kwh[h][s]));
  }

  /** Whether it is known what a home does behind its meter. */
  known(h) { return this.with("").every(({ kwh }) => kwh[h]); }

  /** What a home did in a step, as [name of the flow, value]; money is signed as the home sees it. */
  facts(h, s, unit) {
    const { run, traders: n } = this;
    const deals = { sold: 0, bought: 0, soldBattery: 0, boughtBattery: 0 }; // with homes, and with the community battery
    for (const [id, v] of this.pairs[s]) {
      const [seller, buyer] = [Math.floor(id / n), id % n];
      if (seller === h) deals[buyer === n - 1 ? "soldBattery" : "sold"] += v[unit];
      if (buyer === h) deals[seller === n - 1 ? "boughtBattery" : "bought"] += v[unit];
    }
    const traded = ({ sign }) => (sign < 0 ? deals.sold : deals.bought);
    const own = [["soldBattery", 1], ["boughtBattery", unit ? -1 : 1]].map(([name, sign]) => [name, sign * deals[name]]);
    const energy = (flow) => (flow.partner === "p2p" ? traded(flow) : flow.kwh[h][s]);
    const money = (flow) => -flow.sign * energy(flow) * (flow.price?.[s] ?? 1);
    if (unit) {
      const paid = run.flows.filter((flow) => flow.partner === "p2p" || flow.price);
      paid.sort((p, q) => p.sign - q.sign); // what it gets before what it pays
      return [...paid.map((flow) => [flow.name, money(flow)]), ...own].filter(something);
    }
    const meter = this.known(h) ? [] : [["given", run.given[h][s]], ["taken", run.taken[h][s]]];
    const shown = run.flows.filter((flow) => flow.partner || this.known(h));
    return [...meter, ...shown.map((flow) => [flow.name, energy(flow)]), ...own].filter(something);
  }
}
