/* A level set of the minimal model unrolled into (direction of w from β*, a), as core.theory.landscape has it. */

const LEFT = -90;
const TURN = 360;

/* theta[T] of w[2][T]: degrees anticlockwise from β* = (0, 1), in [−90, 270). */
export const directionOf = (w1, w2) =>
  w1.map((x, k) => {
    const degrees = (Math.atan2(-x, w2[k]) * 180) / Math.PI - LEFT;
    return degrees - TURN * Math.floor(degrees / TURN) + LEFT;
  });

/* The run with its way on the chart, parted where it leaves at one side and comes back at the other. */
export function onChart(run) {
  const theta = directionOf(run.w1, run.w2);
  const line = { across: [], up: [] };
  theta.forEach((one, k) => {
    if (k && Math.abs(one - theta[k - 1]) > TURN / 2) {
      line.across.push(NaN);
      line.up.push(NaN);
    }
    line.across.push(one);
    line.up.push(run.a[k]);
  });
  return { ...run, theta, across: Float64Array.from(line.across), up: Float64Array.from(line.up) };
}
