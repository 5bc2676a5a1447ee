// Numbers, with no idea of what they are about.

export const clamp = (x, lo, hi) => Math.min(hi, Math.max(lo, x));
export const smooth = (x) => { const t = clamp(x, 0, 1); return t * t * (3 - 2 * t); };
export const total = (xs) => xs.reduce((t, x) => t + x, 0);
export const running = (xs) => { let t = 0; return xs.map((x) => (t += x)); };
export const most = (xs) => xs.reduce((m, x) => Math.max(m, x), 0);
/** As random as stars need, and the same each time. */
export const scatter = (seed) => { const x = Math.sin(seed * 127.1) * 43758.5; return x - Math.floor(x); };
