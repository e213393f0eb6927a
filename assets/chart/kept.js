/* The frame in which a hand has moved something stays when the answer to it comes: no picture jumps when it is let go of.
   What the hand has pulled out of it needs another one; any other control finds its own again. */

import { MEANINGS } from "./meanings.js";

const FREE = 0.06;
const ON_A_GRID = { levels: "axes", contours: "grid" };

const axesOf = (layout) => Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key) && layout[key].range);
const onGrid = ({ roles }) => (roles ?? []).filter(({ at }) => at in ON_A_GRID);

/* Whether a frame shows what lies inside another one, which leaves a little room on each side. */
function shows(frame, other) {
  if (!frame) return false;
  const room = FREE * (other[1] - other[0]);
  return other[0] + room >= frame[0] && other[1] - room <= frame[1];
}

/* Whether two figures are of one problem: all that their layouts tell of it. */
export function sameProblem(one, two) {
  const told = ({ layout: { meta } }) => JSON.stringify({ ...meta, alt: "", titles: [] });
  return told(one) === told(two);
}

/* What a hand has hold of is seen in that frame; of a picture without handles, all that its own frame shows. */
function suits(before, figure, axes) {
  const frame = (axis) => before.layout[axis]?.range;
  const held = figure.handles.filter(({ kind, norm }) => kind === "polar" && norm.field);
  if (!held.length || !frame("xaxis") || !frame("yaxis")) return axes.every((axis) => shows(frame(axis), figure.layout[axis].range));
  const points = held.map((handle) => MEANINGS.polar.point(handle, handle.values));
  const within = (value, axis) => frame(axis)[0] < value && value < frame(axis)[1];
  return points.every(([x, y]) => within(x, "xaxis") && within(y, "yaxis"));
}

/* The figure in the frame of the one before, if that suits it. What is drawn on a grid of the frame is then told by the closed
   form (`kept`: the roles), since what was sent lies on another one. */
export function inFrameOf(before, figure) {
  const axes = axesOf(figure.layout).filter((axis) => !(figure.layout[axis].range[0] > figure.layout[axis].range[1]));
  const [were, are] = [before, figure].map(onGrid);
  const range = (of, axis) => of.layout[axis]?.range;
  if (!axes.length || were.length !== are.length || !suits(before, figure, axes)) return figure;
  if (axes.every((axis) => String(range(before, axis)) === String(range(figure, axis)))) return figure;
  const layout = { ...figure.layout };
  for (const axis of axes) layout[axis] = { ...layout[axis], range: range(before, axis) };
  const data = figure.data.slice();
  const kept = are.map((role, k) => {
    const { x, y } = before.data[were[k].place];
    data[role.place] = { ...data[role.place], x, y };
    return { ...role, [ON_A_GRID[role.at]]: were[k][ON_A_GRID[role.at]] };
  });
  const roles = (figure.roles ?? []).map((role) => kept.find((one) => one.place === role.place && one.at === role.at) ?? role);
  const handles = figure.handles.map((handle) => {
    const held = before.handles.find(({ name }) => name === handle.name);
    return handle.norm?.fixed && held ? { ...handle, norm: held.norm } : handle;
  });
  return { ...figure, layout, data, roles, handles, kept };
}
