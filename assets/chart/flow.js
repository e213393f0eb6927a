/* The traces that follow a drag at every frame: their numbers by the closed form, in place of those that were sent.

   A figure's roles (core.figures.handles) say of a trace which curve each of its axes shows, of which run, and which part:
   {place, run (null: one point of each run, or of those from runs[0] to before runs[1]; "cursor": the run of the cursor's δ), at: "all" | "later" | "now" | "trail" |
   "start" | "end", x, y[, z]}; others follow by what they are: "target", "gone" (not known before the server answers),
   "contours", those of SPACE and those AMONG_SOLUTIONS. */

import { equivalents, halfSheet, separatrix, solved } from "./closed_form.js";
import { AMONG_SOLUTIONS, landed } from "./landings.js";
import { onChart } from "./unrolled.js";

const PARTS = {
  all: (values) => values,
  later: (values) => values.subarray(1),
  now: (values, k) => values.subarray(k, k + 1),
  trail: (values, k) => values.subarray(0, k + 1),
  start: (values) => values.subarray(0, 1),
  end: (values) => values.subarray(-1),
};

const inSpace = ({ w1, w2, a }) => ({ x: w1, y: w2, z: a });
const shade = (loss, floor) => loss.map((row) => row.map((one) => Math.log10(Math.max(one, floor))));

/* What a role showed last, as long as what it hangs on stays: the very same arrays, which nobody then compares or draws. */
const lately = new WeakMap();
function remembered(role, on, make) {
  const key = String(on);
  const last = lately.get(role);
  if (last?.key === key) return last.made;
  const made = make();
  lately.set(role, { key, made });
  return made;
}

const sheetOf = (flow, { run, side }) => halfSheet(flow.deltas[run], side, flow.beta_star, flow.reach, flow);

/* What lies in weight space beside the paths, and what of the flow it hangs on; a level set is cut at the cube as rows, and
   whole as a mesh. */
const SPACE = {
  "same function": { on: ({ beta_0: start }) => start, of: (flow) => inSpace(equivalents(flow.beta_0, flow.reach)) },
  minima: { on: ({ beta_star: star }) => star, of: (flow) => inSpace(equivalents(flow.beta_star, flow.reach)) },
  separatrix: {
    on: ({ beta_star: star, deltas }) => [...star, deltas[0]],
    of: (flow) => inSpace(separatrix(flow.beta_star, flow.deltas[0], flow.reach, flow)),
  },
  sheet: {
    on: ({ beta_star: star, deltas }, { run }) => [...star, deltas[run]],
    of: (flow, role) => {
      const { loss, ...sheet } = sheetOf(flow, role);
      const inside = sheet.a.map((row) => row.map((one) => (Math.abs(one) <= flow.reach ? one : NaN)));
      return { ...inSpace({ ...sheet, a: inside }), surfacecolor: shade(loss, role.floor) };
    },
  },
  mesh: {
    on: ({ beta_star: star, deltas }, { run }) => [...star, deltas[run]],
    of: (flow, role) => {
      const { loss, ...sheet } = sheetOf(flow, role);
      const flat = (rows) => Float64Array.from(rows.flat());
      const [x, y, z] = [sheet.w1, sheet.w2, sheet.a].map(flat);
      return { x, y, z, intensity: flat(shade(loss, role.floor)) };
    },
  },
};

/* How each kind of flow is solved. */
const SOLVERS = {
  neuron: solved,
  landings: landed,
  unrolled: (flow, delta) => {
    const run = solved(flow, delta);
    return run && onChart(run);
  },
};

/* A level set by its δ, with the mark of its sign. */
export function onLevel(delta) {
  const mark = delta > 0 ? "▲" : delta < 0 ? "▼" : "●";
  return `${mark} δ = ${Number(delta.toPrecision(3))}`.replace("-", "−");
}

/* The flow whose start is turned by so many degrees. */
function turnedBy(flow, degrees = 0) {
  const [x, y] = flow.beta_0;
  const [c, s] = [Math.cos, Math.sin].map((of) => of((degrees * Math.PI) / 180));
  return degrees ? { ...flow, beta_0: [c * x - s * y, s * x + c * y] } : flow;
}

/* The direction in which run k starts, in degrees. */
export function startOf({ beta_0: [x, y], turns }, k) {
  const degrees = (Math.atan2(y, x) * 180) / Math.PI + turns[k];
  return Math.round(degrees - 360 * Math.ceil(degrees / 360 - 0.5));
}

/* The runs of a flow as the handles have it now; null where one of them is not determined. `turns`: of each run's start. */
export function follow(flow) {
  const runs = flow.deltas.map((delta, k) => SOLVERS[flow.kind](turnedBy(flow, flow.turns?.[k]), delta));
  return runs.includes(null) ? null : runs;
}

/* The run of a role, or of a copy of the network: with "cursor" that of the cursor's δ, after those that stand still. */
export const runOf = ({ run }, runs, flow, index) => runs[run === "cursor" ? Math.min(flow.fan + index, runs.length - 1) : run];

function shown(role, name, runs, flow, index) {
  const part = PARTS[role.at];
  if (role.run !== null) return part(runOf(role, runs, flow, index)[name], index);
  return Float64Array.from(runs.slice(...(role.runs ?? [0, flow.fan])), (one) => part(one[name], index)[0]);
}

/* Where a run stands: at the cursor, or at its end where the cursor moves δ. */
const momentOf = ({ run }, flow, index) => (run === "cursor" ? flow.times.length - 1 : index);

/* log₁₀ of the excess loss over the plane of β. */
function contours({ beta_star: star }, { grid, floor }) {
  const loss = grid.map((y) => grid.map((x) => ((x - star[0]) ** 2 + (y - star[1]) ** 2) / 2));
  return shade(loss, floor);
}

/* What each role gives its trace at the cursor's place. */
export function patches(roles, flow, runs, index) {
  return roles.map((role) => {
    if (role.at === "gone") return [role.place, { x: [NaN], y: [NaN] }];
    if (role.at === "contours") return [role.place, remembered(role, flow.beta_star, () => ({ z: contours(flow, role) }))];
    if (role.at === "target") return [role.place, { x: [flow.beta_star[0]], y: [flow.beta_star[1]] }];
    if (role.at in SPACE) {
      const { on, of } = SPACE[role.at];
      return [role.place, remembered(role, on(flow, role), () => of(flow, role))];
    }
    if (role.at in AMONG_SOLUTIONS) {
      const run = runOf(role, runs, flow, index);
      return [role.place, AMONG_SOLUTIONS[role.at](flow, role, run, momentOf(role, flow, index))];
    }
    const axes = ["x", "y", "z"].filter((axis) => role[axis]);
    return [role.place, Object.fromEntries(axes.map((axis) => [axis, shown(role, role[axis], runs, flow, index)]))];
  });
}
