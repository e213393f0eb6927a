/* Which of the solutions the flow of f(x) = a wᵀx picks, from the formulas of core.theory.implicit_bias and row_space.

   What no datum sees of w stays. For one datum x the rest is the flow of one number along u = x/‖x‖, at times ‖x‖² t;
   whitened data see all. The flow has {datum[2], size (‖x‖; null if whitened), label, fan: how many runs stand beside the
   cursor's, inside: the frame [[left, right], [low, high]]}. */

import { exactFlow, restOf, split } from "./closed_form.js";

const dot = (v, w) => v[0] * w[0] + v[1] * w[1];

function seenBy({ datum, size, label }) {
  const length = Math.hypot(...datum);
  const u = datum.map((one) => one / length);
  const s = size === null ? label : label / size;
  const star = u.map((one) => s * one);
  const unseen = (v) => (size === null ? [0, 0] : v.map((one, i) => one - dot(v, u) * u[i]));
  return { u, s, star, unseen };
}

/* The flow's a[T] and w[2][T], and a(∞). */
function flowed(start, seen, { size, times }, rates) {
  if (size === null) {
    return { ...exactFlow(start.a, start.w, seen.star, times, rates), last: restOf(start.a, start.w, seen.star, rates) };
  }
  const reduced = [start.a, [dot(start.w, seen.u), 0], [seen.s, 0]];
  const { a, w } = exactFlow(...reduced, times.map((t) => size * size * t), rates);
  const stays = seen.unseen(start.w);
  const whole = [0, 1].map((i) => w[0].map((one) => one * seen.u[i] + stays[i]));
  return { a, w: whole, last: restOf(...reduced, rates) };
}

/* Every curve of one run, by name, over times[T]; null where the start is not determined. */
export function landed(flow, delta) {
  const rates = { eta_a: flow.eta_a, eta_w: flow.eta_w };
  const start = split(flow.beta_0, delta, { ...rates, sign: flow.sign });
  if (!start) return null;
  const seen = seenBy(flow);
  const { a, w, last } = flowed(start, seen, flow, rates);
  const scale = Math.sqrt(2 * flow.eta_a);
  const [stays, moved] = [seen.unseen(start.w), flow.sign * scale];
  const landing = seen.star.map((one, i) => Float64Array.of(one + last * stays[i]));
  return {
    delta, start, a, w1: w[0], w2: w[1], landing1: landing[0], landing2: landing[1], last,
    t: Float64Array.from(flow.times, (t) => Math.max(t, flow.earliest)),
    beta1: a.map((one, k) => one * w[0][k]),
    beta2: a.map((one, k) => one * w[1][k]),
    mirror1: w[0].map((one) => moved * (one - start.w[0])),
    mirror2: w[1].map((one) => moved * (one - start.w[1])),
    clock: a.map((one) => scale * flow.eta_w * Math.abs(one)),
  };
}

/* Ψ_δ at ‖β‖ = size: (κ − 2δ)√(κ + δ)/(3√(η_aη_w)). */
export function potential(size, delta, { eta_a, eta_w }) {
  const rate = Math.sqrt(eta_a * eta_w);
  const kappa = Math.hypot(delta, 2 * rate * size);
  const root = delta < 0 ? (2 * rate * size) / Math.sqrt(kappa - delta) : Math.sqrt(kappa + delta);
  return ((kappa - 2 * delta) * root) / (3 * rate);
}

/* The objective over the plane of β above its value at the landing, in units of its own range. */
export function levels(run, { axes: [xs, ys] }, flow) {
  const slope = Math.sign(run.last) * Math.sqrt(2 * flow.eta_a);
  const at = (x, y) => potential(Math.hypot(x, y), run.delta, flow) - slope * (x * run.start.w[0] + y * run.start.w[1]);
  const least = at(run.landing1[0], run.landing2[0]);
  const rows = ys.map((y) => xs.map((x) => at(x, y) - least));
  const all = rows.flat();
  const range = Math.max(...all) - Math.min(...all);
  return rows.map((row) => row.map((one) => one / range));
}

/* β(∞) for δ → +∞ (side 1) and −∞ (side −1); NaN where there is none, or it lies outside the frame. */
export function endOf(flow, side) {
  const { u, s, star, unseen } = seenBy(flow);
  const outside = unseen(flow.beta_0);
  const along = flow.size === null ? Math.hypot(...flow.beta_0) : dot(flow.beta_0, u);
  const scale = side > 0 ? 1 : (Math.sign(s * dot(flow.beta_0, u)) * Math.abs(s)) / Math.abs(along);
  const end = star.map((one, i) => one + scale * outside[i]);
  const inside = end.every((one, i) => one > flow.inside[i][0] && one < flow.inside[i][1]);
  return inside && scale !== 0 ? end : [NaN, NaN];
}

/* Heights of ‖β‖ at the start and now on the potential as it is drawn: between its grid's points along straight lines. */
function onPotential(run, index, { sizes }, flow) {
  const height = (size) => potential(size, run.delta, flow) - potential(0, run.delta, flow);
  const top = sizes[sizes.length - 1];
  const x = [0, index].map((k) => Math.hypot(run.beta1[k], run.beta2[k]));
  const y = x.map((size) => {
    const at = Math.min(top, size);
    const k = Math.min(sizes.length - 2, Math.max(0, sizes.findLastIndex((one) => one <= at)));
    const part = (at - sizes[k]) / (sizes[k + 1] - sizes[k]);
    return ((1 - part) * height(sizes[k]) + part * height(sizes[k + 1])) / height(top);
  });
  return { x, y };
}

const ofLine = (points) => ({ x: points.map(([x]) => x), y: points.map(([, y]) => y) });

/* What follows beside the runs' own curves; `run` and `index` are those of the cursor. */
export const AMONG_SOLUTIONS = {
  solutions: (flow, { far }) => {
    const { u, star } = seenBy(flow);
    if (flow.size === null) return ofLine([star]);
    return ofLine([-far, far].map((by) => [star[0] - by * u[1], star[1] + by * u[0]]));
  },
  datum: (flow, { far }) => ofLine([-far, far].map((by) => seenBy(flow).u.map((one) => by * one))),
  limit: (flow, { side }) => ofLine([endOf(flow, side)]),
  levels: (flow, role, run) => ({ z: levels(run, role, flow) }),
  "on the potential": (flow, role, run, index) => onPotential(run, index, role, flow),
};
