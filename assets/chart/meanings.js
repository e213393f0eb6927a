/* What the values of a handle mean: where in its picture it stands, and what a point of the picture makes of them.

   A handle (core.figures.handles) is {name, label, kind, …}: "polar" a point of the plane by direction and size, "along" a
   value along one axis, "entries" many data one by one, "component" a direction by one of its components, "pair" a value on
   each axis, "unrolled" the start on an unrolled level set, "equivalents" the start on its hyperbola in space, "time" the
   cursor. */

const clamp = (value, { low, high }) => Math.min(high, Math.max(low, value));
export const snapped = (value, knob) => {
  if (knob.grid) return knob.grid.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
  const digits = Math.max(0, Math.ceil(-Math.log10(knob.step)));
  return Number(clamp(Math.round(value / knob.step) * knob.step, knob).toFixed(digits));
};
export const spelled = (value) => (typeof value === "string" ? value : String(Number(value.toPrecision(6))).replace("-", "−"));
const around = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
/* The same direction, as near as can be to the middle of what is allowed: beyond an end one stays at that end. */
const wrapped = (degrees, { low, high }) => (high - low < 360 ? degrees : around(degrees));
const within = (degrees, { low, high }) => (low + high) / 2 + around(degrees - (low + high) / 2);

const entriesOf = (word) => Object.fromEntries(word.split("~").filter(Boolean).map((one) => one.split("_").map(Number)).map(([k, ...at]) => [k, at]));
function withEntry({ knob, index }, values, point) {
  const all = { ...entriesOf(values[knob.field]), [index]: point.slice(0, knob.numbers).map((one) => snapped(one, knob)) };
  return Object.entries(all).map(([k, at]) => [k, ...at].join("_")).join("~");
}

/* Each datum of a picture as a handle of its own. */
export const singled = (handle) =>
  handle.kind !== "entries"
    ? [handle]
    : handle.homes.map((home, k) => {
        const index = handle.indices[k];
        return { ...handle, kind: "entry", name: `${handle.name}-${index}`, label: `${handle.label} ${index}`, index, home };
      });

/* What each kind knows: where its values stand, which values a point means, what an arrow does. */
export const MEANINGS = {
  polar: {
    point: ({ angle, norm }, values) => {
      const turn = ((angle.offset + angle.side * (values[angle.field] ?? angle.fixed)) * Math.PI) / 180;
      const size = norm.field ? values[norm.field] : norm.fixed;
      return [size * Math.cos(turn), size * Math.sin(turn)];
    },
    values: (handle, [x, y]) => {
      const { angle, norm } = handle;
      const degrees = within(angle.side * ((Math.atan2(y, x) * 180) / Math.PI - angle.offset), angle);
      const out = { [angle.field]: snapped(degrees, angle) };
      if (norm.field) out[norm.field] = snapped(Math.hypot(x, y), norm);
      return out;
    },
    stepped: ({ angle, norm }, values, [dx, dy]) => {
      const out = { ...values };
      if (dx) out[angle.field] = snapped(wrapped(values[angle.field] + dx * angle.step, angle), angle);
      if (dy && norm.field) out[norm.field] = snapped(values[norm.field] + dy * norm.step, norm);
      return out;
    },
    main: ({ angle }) => angle,
  },
  along: {
    point: ({ axis, at, knob, offset }, values) => {
      const value = values[knob.field] + offset;
      return axis === "x" ? [value, at] : [at, value];
    },
    values: ({ axis, knob, offset }, [x, y]) => ({ [knob.field]: snapped((axis === "x" ? x : y) - offset, knob) }),
    stepped: ({ knob }, values, [dx, dy]) => ({ [knob.field]: snapped(values[knob.field] + (dx || dy) * knob.step, knob) }),
    main: ({ knob }) => knob,
  },
  /* One of many data: its first numbers stand in a word that tells of all that were moved. */
  entry: {
    point: ({ knob, index, home }, values) => {
      const own = entriesOf(values[knob.field])[index] ?? [];
      return [own[0] ?? home[0], own[1] ?? home[1]];
    },
    values: (handle, point, before) => ({ [handle.knob.field]: withEntry(handle, before, point) }),
    stepped: (handle, values, by) => {
      const { knob } = handle;
      const point = MEANINGS.entry.point(handle, values);
      return { [knob.field]: withEntry(handle, values, point.map((one, k) => one + by[k] * knob.step)) };
    },
    main: ({ knob }) => knob,
    said: (handle, values) => {
      const { knob } = handle;
      const point = MEANINGS.entry.point(handle, values).slice(0, knob.numbers).map((one) => snapped(one, knob));
      return { now: point[0], text: point.map(spelled).join(", ") };
    },
  },
  /* A start's w₁ (part 0) or w₂ (part 1) on its axis: the direction, where its length stays. */
  component: {
    point: ({ part, size, angle, at }, values) => {
      const turn = (values[angle.field] * Math.PI) / 180;
      return [at, size * (part ? Math.sin(turn) : Math.cos(turn))];
    },
    values: ({ part, size, angle }, [, y], before) => {
      const share = clamp(y / size, { low: -1, high: 1 });
      const turn = (before[angle.field] * Math.PI) / 180;
      const there = part ? Math.asin(share) : Math.acos(share);
      const other = part ? Math.PI - there : -there;
      const same = (part ? Math.cos(turn) : Math.sin(turn)) >= 0;
      return { [angle.field]: snapped(around(((same ? there : other) * 180) / Math.PI), angle) };
    },
    stepped: ({ angle }, values, [dx, dy]) => ({
      [angle.field]: snapped(around(values[angle.field] + (dx || dy) * angle.step), angle),
    }),
    main: ({ angle }) => angle,
    told: ({ angle, norm }, values) => {
      const turn = (values[angle.field] * Math.PI) / 180;
      return { beta_0: [norm * Math.cos(turn), norm * Math.sin(turn)] };
    },
  },
  pair: {
    point: ({ x, y }, values) => [x.log ? Math.log10(values[x.field]) : values[x.field], values[y.field]],
    values: ({ x, y }, [px, py]) => ({ [x.field]: snapped(x.log ? 10 ** px : px, x), [y.field]: snapped(py, y) }),
    stepped: ({ x, y }, values, [dx, dy]) => {
      const moved = (knob, by) => {
        const value = values[knob.field];
        if (!by || !knob.grid) return by ? snapped(value + by * knob.step, knob) : value;
        const at = knob.grid.indexOf(snapped(value, knob)) + by;
        return knob.grid[Math.min(knob.grid.length - 1, Math.max(0, at))];
      };
      return { [x.field]: moved(x, dx), [y.field]: moved(y, dy) };
    },
    main: ({ y }) => y,
  },
  unrolled: {
    point: ({ angle, size, delta, upper }, values) => {
      const kappa = Math.hypot(delta, 2 * values[size.field]);
      const turn = around(values[angle.field] + (upper ? 0 : 180));
      return [turn < -90 ? turn + 360 : turn, (upper ? 1 : -1) * Math.sqrt((kappa + delta) / 2)];
    },
    values: (handle, [theta, a]) => {
      const { angle, size, side, delta } = handle;
      handle.upper = a >= 0;
      const length = Math.abs(a) * Math.sqrt(Math.max(0, a * a - delta));
      const turn = around(theta + (handle.upper ? 0 : 180));
      return { [angle.field]: snapped(turn, angle), [size.field]: snapped(length, size), [side]: handle.upper ? "upper" : "lower" };
    },
    stepped: ({ angle, size }, values, [dx, dy]) => ({
      [angle.field]: snapped(around(values[angle.field] + dx * angle.step), angle),
      [size.field]: snapped(values[size.field] + dy * size.step, size),
    }),
    main: ({ angle }) => angle,
    told: ({ angle, size, side, upper }, values) => {
      const turn = (values[angle.field] * Math.PI) / 180;
      const above = side in values ? values[side] === "upper" : upper;
      return { beta_0: [-values[size.field] * Math.sin(turn), values[size.field] * Math.cos(turn)], sign: above ? 1 : -1 };
    },
  },
  equivalents: {
    stepped: ({ knob }, values, [dx, dy]) => ({ [knob.field]: snapped(values[knob.field] + (dx || dy) * knob.step, knob) }),
    main: ({ knob }) => knob,
    told: ({ knob, apart }, values) => {
      const delta = values[knob.field];
      const far = Math.max(Math.abs(delta), apart);
      return { deltas: apart ? [-far, 0, far] : [delta] };
    },
  },
};

/* What of the flow a handle moves, and to what. */
export function moved(handle, values) {
  const { told, point } = MEANINGS[handle.kind];
  return told ? told(handle, values) : { [handle.flow]: point(handle, values) };
}
