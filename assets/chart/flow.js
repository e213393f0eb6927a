/* The traces that follow a drag at every frame: their numbers by the closed form, in place of those that were sent.

   A figure's roles (core.figures.handles) say of a trace which curve each of its axes shows, of which run, and which part:
   {place, run (null: one point of each run; "cursor": the run of the cursor's δ), at: "all" | "later" | "now" | "trail" |
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

const sheetOf = (flow, { run, side }) => halfSheet(flow.deltas[run], side, flow.beta_star, flow.reach, flow);

/* What lies in weight space beside the paths; a level set is cut at the cube as rows, and whole as a mesh. */
const SPACE = {
  "same function": (flow) => inSpace(equivalents(flow.beta_0, flow.reach)),
  minima: (flow) => inSpace(equivalents(flow.beta_star, flow.reach)),
  separatrix: (flow) => inSpace(separatrix(flow.beta_star, flow.deltas[0], flow.reach, flow)),
  sheet: (flow, role) => {
    const { loss, ...sheet } = sheetOf(flow, role);
    const inside = sheet.a.map((row) => row.map((one) => (Math.abs(one) <= flow.reach ? one : NaN)));
    return { ...inSpace({ ...sheet, a: inside }), surfacecolor: shade(loss, role.floor) };
  },
  mesh: (flow, role) => {
    const { loss, ...sheet } = sheetOf(flow, role);
    const flat = (rows) => Float64Array.from(rows.flat());
    const [x, y, z] = [sheet.w1, sheet.w2, sheet.a].map(flat);
    return { x, y, z, intensity: flat(shade(loss, role.floor)) };
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

/* The runs of a flow as the handles have it now; null where one of them is not determined. */
export function follow(flow) {
  const runs = flow.deltas.map((delta) => SOLVERS[flow.kind](flow, delta));
  return runs.includes(null) ? null : runs;
}

/* The run of a role, or of a copy of the network: with "cursor" that of the cursor's δ, after those that stand still. */
export const runOf = ({ run }, runs, flow, index) => runs[run === "cursor" ? Math.min(flow.fan + index, runs.length - 1) : run];

function shown(role, name, runs, flow, index) {
  const part = PARTS[role.at];
  if (role.run !== null) return part(runOf(role, runs, flow, index)[name], index);
  return Float64Array.from(runs.slice(0, flow.fan), (one) => part(one[name], index)[0]);
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
    if (role.at === "contours") return [role.place, { z: contours(flow, role) }];
    if (role.at === "target") return [role.place, { x: [flow.beta_star[0]], y: [flow.beta_star[1]] }];
    if (role.at in SPACE) return [role.place, SPACE[role.at](flow, role)];
    if (role.at in AMONG_SOLUTIONS) {
      const run = runOf(role, runs, flow, index);
      return [role.place, AMONG_SOLUTIONS[role.at](flow, role, run, momentOf(role, flow, index))];
    }
    const axes = ["x", "y", "z"].filter((axis) => role[axis]);
    return [role.place, Object.fromEntries(axes.map((axis) => [axis, shown(role, role[axis], runs, flow, index)]))];
  });
}
