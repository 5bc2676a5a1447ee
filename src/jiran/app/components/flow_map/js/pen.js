// How lines, arrowheads, particles and words are drawn, in the look of the page.

import { clamp } from "./maths.js";
import { fade } from "./colours.js";
import { pointOn } from "./scene.js";

const BEAD = 18; // px between the places where a particle may be
export const DASH = { p2p: [], battery: [7, 6], grid: [12, 5, 2, 5] };

export class Pen {
  constructor(ctx, look) {
    this.ctx = ctx;
    Object.assign(this, look);
  }

  fill(colour) { this.ctx.fillStyle = colour; this.ctx.fill(); }
  stroke(colour, width, { dash = [], offset = 0, alpha = 1 } = {}) {
    const { ctx } = this;
    ctx.strokeStyle = fade(colour, alpha);
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.lineDashOffset = offset;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  circle(x, y, r) { this.ctx.beginPath(); this.ctx.arc(x, y, r, 0, 7); }
  box(x, y, width, height, corner) { this.ctx.beginPath(); this.ctx.roundRect(x, y, width, height, corner); }
  path(points) { this.ctx.beginPath(); points.forEach(([x, y]) => this.ctx.lineTo(x, y)); }
  follow({ p, q, c }) { this.ctx.moveTo(...p); this.ctx.quadraticCurveTo(...c, ...q); }
  way(way, colour, width, style) {
    this.ctx.beginPath();
    this.follow(way);
    this.stroke(colour, width, style);
  }

  arrow(way, t, colour, width, { back = false, alpha = 1 } = {}) {
    const [x, y] = pointOn(way, back ? 1 - t : t);
    const [u, v] = pointOn(way, back ? 1.05 - t : t - 0.05);
    const angle = Math.atan2(y - v, x - u);
    const r = 3.5 + width * 0.9;
    this.path([0, 2.45, -2.45].map((turn) => [x + r * Math.cos(angle + turn), y + r * Math.sin(angle + turn)]));
    this.fill(fade(colour, alpha));
  }

  /** Particles sit on a moving lattice and grow in turn as the flow does, so density changes without jumps. */
  beads(way, strength, r, colour, { far = 0, back = false, rim } = {}) {
    const { ctx } = this;
    ctx.beginPath();
    for (let k = Math.ceil(-far / BEAD); k * BEAD + far <= way.length; k++) {
      const size = r * clamp(0.9 + 3.2 * strength - [0, 2, 1, 3][((k % 4) + 4) % 4], 0, 1);
      if (size < 0.4) continue;
      const t = (k * BEAD + far) / way.length;
      const [x, y] = pointOn(way, back ? 1 - t : t);
      ctx.moveTo(x + size, y);
      ctx.arc(x, y, size, 0, 7);
    }
    this.fill(colour);
    if (rim) this.stroke(rim, 1.2);
  }

  face(px, weight = 400) { this.ctx.font = `${weight} ${px}px ${this.font}`; }
  write(text, x, y, px, { weight = 400, align = "center", colour = this.ink, halo = 0.9 } = {}) {
    const { ctx } = this;
    this.face(px, weight);
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
  /** As much of a text as fits, in the face set last. */
  cut(text, width) {
    const wide = (words) => this.ctx.measureText(words).width;
    if (wide(text) <= width) return text;
    let end = text.length;
    while (end > 1 && wide(text.slice(0, end) + "…") > width) end--;
    return text.slice(0, end) + "…";
  }
}
