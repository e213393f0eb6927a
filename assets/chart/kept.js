/* The frame in which a hand has moved something stays when the answer to it comes: no picture jumps when it is let go of.
   What the hand has pulled out of it needs another one; any other control finds its own again. */

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

/* The figure in the frame of the one before, if that shows what it shows. What is drawn on a grid of the frame is then told
   by the closed form (`kept`: the roles), since what was sent lies on another one. */
export function inFrameOf(before, figure) {
  const axes = axesOf(figure.layout).filter((axis) => !(figure.layout[axis].range[0] > figure.layout[axis].range[1]));
  const [were, are] = [before, figure].map(onGrid);
  const range = (of, axis) => of.layout[axis]?.range;
  if (were.length !== are.length || !axes.every((axis) => shows(range(before, axis), range(figure, axis)))) return figure;
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
