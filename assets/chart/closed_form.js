/* Gradient flow of f(x) = a wᵀx on whitened data, from the formulas of core.theory.single_neuron: for the time of a drag.

   δ = η_w a² − η_a‖w‖², r = √(η_aη_w)‖β*‖; with A = √η_w a and v the part of √η_a w along β*, A = p/N and v = q/N where
   (p, q)' = [[δ, r], [r, 0]] (p, q) and N² = 1 + 2∫p². Growth rates l± = (δ ± √(δ² + 4r²))/2, (C, S) the eigenvector of l₊. */

const FAINTEST = 400;
const TINY = 1e-300;
const POLE = 20;

const meanDecay = (z) => -Math.expm1(-Math.max(z, TINY)) / Math.max(z, TINY);

/* a and w[2] of the function beta[2] on the level set delta, a of the given sign; null where they are not determined. */
export function split(beta, delta, { sign = 1, eta_a = 1, eta_w = 1 } = {}) {
  const size = Math.sqrt(eta_a * eta_w) * Math.hypot(...beta);
  if (size === 0 && delta < 0) return null;
  const kappa = Math.hypot(delta, 2 * size);
  const A = delta < 0 ? size * Math.sqrt(2 / (kappa - delta)) : Math.sqrt((kappa + delta) / 2);
  const a = (sign * A) / Math.sqrt(eta_w);
  return { a, w: beta.map((b) => (a === 0 ? b : b / a)) };
}

function modes(delta, r) {
  const omega = Math.hypot(delta, 2 * r);
  if (omega === 0) return { fast: 0, slow: 0, C: 1, S: 0 };
  const big = (omega + Math.abs(delta)) / 2;
  const small = (r * r) / big;
  const large = Math.sqrt(big / omega);
  const little = r / omega / large;
  return delta >= 0
    ? { fast: big, slow: small, C: large, S: little }
    : { fast: small, slow: big, C: little, S: large };
}

/* a[T] and w[2][T] from a_0, w_0[2] towards beta_star[2] at times[T]. */
export function exactFlow(a_0, w_0, beta_star, times, { eta_a = 1, eta_w = 1 } = {}) {
  const [rootA, rootW] = [Math.sqrt(eta_a), Math.sqrt(eta_w)];
  const length = Math.hypot(...beta_star);
  const e = length > 0 ? beta_star.map((b) => b / length) : [1, 0];
  const r = rootA * rootW * length;
  const A_0 = rootW * a_0;
  const V_0 = w_0.map((x) => rootA * x);
  const v_0 = V_0[0] * e[0] + V_0[1] * e[1];
  const across = V_0.map((x, k) => x - v_0 * e[k]);
  const delta = (A_0 - Math.hypot(...V_0)) * (A_0 + Math.hypot(...V_0));
  const { fast, slow, C, S } = modes(delta, r);
  const plus = r > 0 ? C * (A_0 + v_0 - v_0 * (delta / (r + fast))) : C * A_0 + S * v_0;
  const minus = C * v_0 - S * A_0;
  const logPlus = plus === 0 ? -Infinity : Math.log(Math.abs(plus));
  const a = new Float64Array(times.length);
  const w = [new Float64Array(times.length), new Float64Array(times.length)];
  times.forEach((t, k) => {
    const growth = fast * t + logPlus;
    const largest = Math.max(growth, 0);
    const one = Math.exp(-largest);
    const P = Math.sign(plus) * Math.exp(growth - largest);
    const Q = minus * Math.exp(-Math.min(slow * t + largest, FAINTEST));
    const cross = delta >= 0 ? P * Q : plus * minus * one * one;
    const integral =
      2 * C * C * P * P * meanDecay(2 * fast * t) +
      2 * (S * minus) ** 2 * one * one * meanDecay(2 * slow * t) -
      4 * C * S * cross * meanDecay(Math.abs(delta) * t);
    const scale = 1 / Math.sqrt(one * one + t * integral);
    a[k] = ((P * C - Q * S) * scale) / rootW;
    const v = (P * S + Q * C) * scale;
    for (const i of [0, 1]) w[i][k] = (v * e[i] + one * scale * across[i]) / rootA;
  });
  return { a, w };
}

/* a(∞) of the flow from a_0, w_0[2] towards beta_star[2]: √η_w a = ±√((κ + δ)/2), on the side of the separatrix it starts. */
export function restOf(a_0, w_0, beta_star, { eta_a = 1, eta_w = 1 } = {}) {
  const [rootA, rootW] = [Math.sqrt(eta_a), Math.sqrt(eta_w)];
  const length = Math.hypot(...beta_star);
  const r = rootA * rootW * length;
  const V_0 = w_0.map((x) => rootA * x);
  const delta = (rootW * a_0 - Math.hypot(...V_0)) * (rootW * a_0 + Math.hypot(...V_0));
  const { fast, C } = modes(delta, r);
  const along = length > 0 ? (V_0[0] * beta_star[0] + V_0[1] * beta_star[1]) / length : 0;
  const side = delta > 0 ? Math.sign(a_0) : Math.sign(fast * rootW * a_0 + r * along);
  return (side * C * Math.sqrt(Math.hypot(delta, 2 * r))) / rootW;
}

/* S between the kernels at (a_0, w_0[2]) and (a, w[2]): 1 − ⟨K_0, K⟩/(‖K_0‖‖K‖), from differences of the states. */
export function kernelDistance(a_0, w_0, a, w, { eta_a = 1, eta_w = 1 } = {}) {
  const [rootA, rootW] = [Math.sqrt(eta_a), Math.sqrt(eta_w)];
  const A_0 = rootW * a_0;
  const V_0 = w_0.map((x) => rootA * x);
  const dA = rootW * (a - a_0);
  const dV = w.map((x, k) => rootA * (x - w_0[k]));
  const p = Math.hypot(...V_0);
  const axis = p > 0 ? V_0.map((x) => x / p) : [0, 0];
  const step = dV[0] * axis[0] + dV[1] * axis[1];
  const y = Math.hypot(dV[0] - step * axis[0], dV[1] - step * axis[1]);
  const [A, x] = [A_0 + dA, p + step];
  const both = A_0 * A_0 + p * p;
  const turn = (p * dA - A_0 * step) * (p * A + A_0 * x);
  const V2 = x * x + y * y;
  const G_0 = both ** 2 + A_0 ** 4;
  const G = 2 * A ** 4 + (2 * A * A + V2) * V2;
  const minors = (both * y * y + turn) ** 2 + 2 * G_0 * (x * y) ** 2;
  const inner = A_0 * A_0 * (2 * A * A + V2) + A * A * p * p + (p * x) ** 2;
  const cosine = Math.min(inner / (Math.sqrt(G_0) * Math.sqrt(G)), 1);
  return Math.min(minors / G_0 / (G * (1 + cosine)), 1);
}

/* Every curve of one run, by name, over times[T]; null where the start is not determined. */
export function solved(flow, delta) {
  const rates = { eta_a: flow.eta_a, eta_w: flow.eta_w };
  const start = split(flow.beta_0, delta, { ...rates, sign: flow.sign });
  if (!start) return null;
  const { times, beta_star: star } = flow;
  const { a, w } = exactFlow(start.a, start.w, star, times, rates);
  const all = (of) => Float64Array.from(times, (_, k) => of(k));
  const size = all((k) => Math.hypot(w[0][k], w[1][k]));
  const gap = all((k) => Math.hypot(a[k] * w[0][k] - star[0], a[k] * w[1][k] - star[1]) ** 2);
  const aim = Math.hypot(...star);
  const along = all((k) => w[0][k] * star[0] + w[1][k] * star[1]);
  const first = gap[0] || TINY;
  return {
    t: all((k) => Math.max(times[k], flow.earliest ?? 0)),
    a,
    w1: w[0],
    w2: w[1],
    beta1: all((k) => a[k] * w[0][k]),
    beta2: all((k) => a[k] * w[1][k]),
    size: all((k) => a[k] * size[k]),
    alignment: all((k) => Math.min(1, Math.max(-1, along[k] / (size[k] * aim)))),
    ratio: all((k) => (Math.abs(along[k] / a[k]) < POLE ? along[k] / a[k] : NaN)),
    loss: all((k) => gap[k] / first),
    kernel_distance: all((k) => kernelDistance(start.a, start.w, a[k], [w[0][k], w[1][k]], rates)),
  };
}

/* All (w, a) with a w = beta, as two branches parted by NaN, inside ‖w‖, |a| ≤ reach. */
export function equivalents(beta, reach, points = 80) {
  const size = Math.hypot(...beta);
  const out = { w1: [], w2: [], a: [] };
  if (size === 0 || size >= reach ** 2) return { w1: [NaN], w2: [NaN], a: [NaN] };
  for (const side of [1, -1]) {
    for (let k = 0; k < points; k++) {
      const a = side * (size / reach) * (reach / (size / reach)) ** (k / (points - 1));
      out.w1.push(beta[0] / a);
      out.w2.push(beta[1] / a);
      out.a.push(a);
    }
    if (side > 0) for (const values of Object.values(out)) values.push(NaN);
  }
  return out;
}

/* The two curves of the level set delta ≤ 0 that flow to the saddle, parted by NaN, inside reach. */
export function separatrix(beta_star, delta, reach, { eta_a = 1, eta_w = 1 } = {}, points = 121) {
  const out = { w1: [], w2: [], a: [] };
  const length = Math.hypot(...beta_star);
  if (delta > 0 || length === 0) return { w1: [NaN], w2: [NaN], a: [NaN] };
  const [rootA, rootW] = [Math.sqrt(eta_a), Math.sqrt(eta_w)];
  const r = rootA * rootW * length;
  const e = beta_star.map((b) => b / length);
  const { slow } = modes(delta, r);
  for (const side of [1, -1]) {
    for (let k = 0; k < points; k++) {
      const a = 2 * reach * ((2 * k) / (points - 1) - 1);
      const A = rootW * a;
      const along = -A * (r / slow);
      const across = side * Math.sqrt(-delta) * Math.hypot(1, A / Math.sqrt(slow));
      const point = [(along * e[0] - across * e[1]) / rootA, (along * e[1] + across * e[0]) / rootA, a];
      const inside = point.every((one) => Math.abs(one) <= reach);
      ["w1", "w2", "a"].forEach((name, i) => out[name].push(inside ? point[i] : NaN));
    }
    if (side > 0) for (const values of Object.values(out)) values.push(NaN);
  }
  return out;
}

/* One half (a of the given side) of the level set delta as a mesh of rows, and ½‖a w − beta_star‖² on it; it reaches as far
   along ‖w‖ as the cube, and beyond it along a. */
export function halfSheet(delta, side, beta_star, reach, { eta_a = 1, eta_w = 1 } = {}, [radial, angular] = [20, 40]) {
  const scale = Math.sqrt(Math.abs(delta));
  const widest = Math.sqrt(eta_a) * reach;
  const far = delta >= 0 ? widest : Math.sqrt(Math.max(widest ** 2 + delta, 1e-6));
  const out = { w1: [], w2: [], a: [], loss: [] };
  for (let i = 0; i < radial; i++) {
    const part = i / (radial - 1);
    const s = scale > 1e-6 ? scale * Math.sinh(part * Math.asinh(far / scale)) : part * far;
    const v = delta >= 0 ? s : Math.sqrt(s * s - delta);
    const a = (side * (delta >= 0 ? Math.sqrt(delta + s * s) : s)) / Math.sqrt(eta_w);
    const rows = { w1: [], w2: [], a: [], loss: [] };
    for (let j = 0; j < angular; j++) {
      const turn = (2 * Math.PI * j) / (angular - 1);
      const w = [(v * Math.cos(turn)) / Math.sqrt(eta_a), (v * Math.sin(turn)) / Math.sqrt(eta_a)];
      rows.w1.push(w[0]);
      rows.w2.push(w[1]);
      rows.a.push(a);
      rows.loss.push(((a * w[0] - beta_star[0]) ** 2 + (a * w[1] - beta_star[1]) ** 2) / 2);
    }
    for (const name of Object.keys(out)) out[name].push(rows[name]);
  }
  return out;
}
