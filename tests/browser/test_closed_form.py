"""The formulas that follow a hand in the browser are core's: compared in Chromium to 1e-9 on random cases."""

import numpy as np
import pytest

from core.figures.exact_axes import clipped
from core.figures.exact_directions import directions
from core.figures.geometry_space import three
from core.problems import exact, geometry
from core.problems import implicit_bias as landings
from core.theory import landscape, single_neuron
from core.theory.states import ROUNDING
from pages.shared.script import joined

FORMULAS = (
    *("split", "exactFlow", "kernelDistance", "solved", "equivalents", "follow", "levels", "endOf"),
    *("patches", "startOf"),
)

SINGLE, POLE = 3e-7, 20  # what a picture is sent in: 32 bits


@pytest.fixture
def formula(standing):
    """The chart's formulas as a module of their own in the page."""
    seen = standing("learn")
    text = joined("flow") + f"export {{ {', '.join(FORMULAS)} }}"
    seen.tab.evaluate(
        "async text => { window.form = await import(URL.createObjectURL(new Blob([text], {type: 'text/javascript'}))) }",
        text,
    )
    return lambda code, given: seen.tab.evaluate(f"given => {{ const f = window.form; {code} }}", given)


def test_the_closed_form_is_that_of_core(formula):
    draw = np.random.default_rng(5)
    times = [0.0, *np.geomspace(1e-3, 50, 40)]
    code = """return given.map(g => { const rates = {eta_a: g.eta_a, eta_w: g.eta_w};
      const s = f.split(g.beta, g.delta, {...rates, sign: g.sign});
      const {a, w} = f.exactFlow(s.a, s.w, g.star, g.times, rates);
      const S = [...a].map((x, k) => f.kernelDistance(s.a, s.w, x, [w[0][k], w[1][k]], rates));
      return {a: [...a], w: w.map(x => [...x]), S} })"""
    cases = []
    for _ in range(200):
        beta, star = draw.normal(size=(2, 2))
        cases.append(
            {
                "beta": beta.tolist(),
                "star": star.tolist(),
                "delta": float(draw.choice([0.0, 1e-9, *draw.normal(0, 4, 6)])),
                "sign": int(draw.choice([-1, 1])),
                "eta_a": float(10 ** draw.uniform(-1, 1)),
                "eta_w": float(10 ** draw.uniform(-1, 1)),
                "times": times,
            }
        )
    for case, got in zip(cases, formula(code, cases), strict=True):
        rates = {"eta_a": case["eta_a"], "eta_w": case["eta_w"]}
        a_0, w_0 = single_neuron.split(case["beta"], case["delta"], sign=case["sign"], **rates)
        a, w = single_neuron.exact_flow(a_0, w_0, case["star"], times, **rates)
        S = single_neuron.kernel_distance(a_0, w_0, a, w, **rates)
        size = max(1.0, float(np.abs(w).max()), float(np.abs(a).max()))
        assert np.abs(np.array(got["a"]) - a).max() < 1e-9 * size
        assert np.abs(np.array(got["w"]).T - w).max() < 1e-9 * size
        assert np.abs(np.array(got["S"]) - S).max() < 1e-9


def test_runs_and_equivalents(formula):
    flow = {"beta_0": [-1, 0], "beta_star": [0.5, 1], "eta_a": 1, "eta_w": 1, "sign": 1, "times": [0, 0.5, 3]}
    got = formula("const r = f.solved(given, -2); return {b: [...r.beta1], l: [...r.loss], p: [...r.alignment]}", flow)
    a_0, w_0 = single_neuron.split([-1.0, 0.0], -2.0)
    a, w = single_neuron.exact_flow(a_0, w_0, [0.5, 1.0], [0, 0.5, 3])
    gap = ((a[:, None] * w - [0.5, 1.0]) ** 2).sum(-1)
    assert got["b"] == pytest.approx((a * w[:, 0]).tolist(), abs=1e-12)
    assert got["l"] == pytest.approx((gap / gap[0]).tolist(), abs=1e-12)
    assert got["p"] == pytest.approx(single_neuron.alignment(w, [0.5, 1.0]).tolist(), abs=1e-12)
    curve = formula("const e = f.equivalents([0.6, 0.8], 3); return e", None)
    products = [[w1 * a, w2 * a] for w1, w2, a in zip(curve["w1"], curve["w2"], curve["a"], strict=True) if a == a]
    assert np.array(products) == pytest.approx(np.tile([0.6, 0.8], (len(products), 1)))
    assert formula("return f.split([0, 0], -1)", None) is None


def test_three_surfaces_are_those_of_core(formula):
    draw = np.random.default_rng(11)
    code = """return given.map(({flow, roles}) => { const runs = f.follow(flow);
      return f.patches(roles, flow, runs, 30).map(([, patch]) =>
        Object.fromEntries(Object.entries(patch).map(([name, values]) => [name, [...values].map(v => v ?? NaN)]))) })"""
    problems = [
        geometry.Geometry(
            surfaces="three",
            delta=float(draw.uniform(-8, 8)),
            angle=float(draw.integers(-180, 180)),
            norm=float(draw.uniform(0.1, 3)),
            eta_a=float(10 ** draw.uniform(-1, 1)),
            eta_w=float(10 ** draw.uniform(-1, 1)),
            sign=int(draw.choice([-1, 1])),
            target_norm=float(draw.uniform(0.1, 3)),
        )
        for _ in range(12)
    ]
    drawn = [three(problem, geometry.solve(problem)) for problem in problems]
    pictures = [picture for pictures in drawn for picture in pictures]
    for picture, got in zip(
        pictures, formula(code, [{"flow": p.flow, "roles": p.roles} for p in pictures]), strict=True
    ):
        shown = picture.data[:-1] + [picture.data[-1] | picture.frames[30]["data"][0]]
        assert len(got) == len(shown)
        for role, patch in zip(picture.roles, got, strict=True):
            for name, values in patch.items():
                theirs = np.asarray(shown[role["place"]][name], float)
                scale = max(1.0, float(np.nanmax(np.abs(theirs))))
                assert np.array(values, float) == pytest.approx(theirs, abs=SINGLE * scale, nan_ok=True), (role, name)


def test_turned_starts_are_those_of_core(formula):
    draw = np.random.default_rng(13)
    code = """return given.map(flow => ({at: f.startOf(flow, flow.turns.length - 1), runs: f.follow(flow).map(run =>
      Object.fromEntries(['a', 'w1', 'w2', 'ratio'].map(name => [name, [...run[name]].map(v => v === v ? v : null)])))}))"""
    problems = [
        exact.Exact(
            view="directions",
            deltas=(-4, -0.2, 0, 2),
            angle=float(draw.integers(-180, 180)),
            target_angle=float(draw.integers(-180, 180)),
            norm=float(draw.uniform(0.05, 3)),
            eta_a=float(10 ** draw.uniform(-1, 1)),
            sign=int(draw.choice([-1, 1])),
            clock=str(draw.choice(["log", "linear"])),
        )
        for _ in range(40)
    ]
    solutions = [exact.solve(problem) for problem in problems]
    flows = [directions(*both)[0].flow for both in zip(problems, solutions, strict=True)]
    for problem, solution, got in zip(problems, solutions, formula(code, flows), strict=True):
        assert (got["at"] - exact.turned(problem)[-1].angle) % 360 == 0
        a, w = (np.concatenate([getattr(one, name) for one in solution.directions]) for name in ("a", "w"))
        nu = clipped(np.divide(w @ problem.beta_star, a, out=np.full_like(a, np.nan), where=a != 0))
        for name, values in {"a": a, "w1": w[..., 0], "w2": w[..., 1], "ratio": nu}.items():
            theirs = np.array([run[name] for run in got["runs"]], float)
            size = max(1.0, float(np.nanmax(np.abs(values))))
            steep = np.abs(values) > 0.9 * POLE if name == "ratio" else np.zeros_like(values, bool)
            near = np.where(np.abs(a) < 1e-3, True, steep) if name == "ratio" else steep  # a pole magnifies rounding
            assert theirs[~near] == pytest.approx(values[~near], abs=1e-9 * size, nan_ok=True), name


def test_landings_are_those_of_core(formula):
    draw = np.random.default_rng(7)
    code = """return given.map(g => { const runs = f.follow(g.flow), last = runs.at(-1);
      const rows = runs.map(r => ({a: [...r.a], beta: [[...r.beta1], [...r.beta2]], clock: [...r.clock],
        mirror: [[...r.mirror1], [...r.mirror2]], landing: [r.landing1[0], r.landing2[0]]}));
      return {rows, levels: f.levels(last, g, g.flow), ends: [1, -1].map(side => f.endOf(g.flow, side))} })"""
    cases, problems = [], []
    while len(cases) < 60:
        problem = landings.Landings(
            angle=float(draw.uniform(-180, 180)),
            norm=float(draw.uniform(0.05, 2)),
            data_angle=float(draw.uniform(-180, 180)),
            y=float(draw.uniform(0.1, 2) * draw.choice([-1, 1])),
            data=str(draw.choice(["one", "white"])),
            sign=int(draw.choice([-1, 1])),
            eta_a=float(10 ** draw.uniform(-1, 1)),
            eta_w=float(10 ** draw.uniform(-1, 1)),
            moves="time",
            delta=float(draw.choice([0.0, *draw.normal(0, 4, 5)])),
        )
        solution = landings.solve(problem)
        radians = np.deg2rad(problem.data_angle)
        flow = {
            "kind": "landings", "times": solution.times.tolist(), "earliest": float(solution.times[1]),
            "deltas": [*landings.FAN, problem.delta], "beta_0": problem.beta_0.tolist(), "sign": problem.sign,
            "eta_a": problem.eta_a, "eta_w": problem.eta_w, "fan": 7, "label": problem.y,
            "datum": [float(np.cos(radians)), float(np.sin(radians))],
            "size": None if problem.data == "white" else landings.DATUM, "inside": [[-1e9, 1e9]] * 2,
        }  # fmt: skip
        cases.append({"flow": flow, "axes": [axis.tolist() for axis in solution.axes]})
        problems.append(solution)
    for solution, got in zip(problems, formula(code, cases), strict=True):
        for paths, rows in ((solution.fan, got["rows"][:7]), (solution.moving, got["rows"][7:])):
            size = max(1.0, float(np.abs(paths.w).max()), float(np.abs(paths.a).max())) ** 2
            shown = {
                "a": paths.a,
                "clock": paths.clock,
                "landing": paths.landing,
                "beta": np.moveaxis(paths.beta, -1, 1),
                "mirror": np.moveaxis(paths.mirror - paths.mirror[:, :1], -1, 1),
            }
            for name, values in shown.items():
                assert np.array([row[name] for row in rows]) == pytest.approx(values, abs=1e-9 * size), name
        least = solution.objective[0] / np.ptp(solution.objective[0])
        assert np.array(got["levels"]) == pytest.approx(least, abs=1e-9)
        ends = np.array(got["ends"], dtype=float)
        assert ends == pytest.approx(solution.ends, rel=1e-9, abs=1e-9 / ROUNDING**0.25, nan_ok=True)


def test_the_unrolled_flow_is_that_of_core(formula):
    draw = np.random.default_rng(9)
    code = (
        "return given.map(g => { const [r] = f.follow(g); return {a: [...r.a], theta: [...r.theta], up: [...r.up]} })"
    )
    starts = [
        landscape.Start(
            delta=float(draw.choice([0.0, *draw.uniform(-4, 4, 5)])),
            angle=float(draw.uniform(-180, 180)),
            size=float(draw.uniform(0.05, 2)),
            sign=int(draw.choice([-1, 1])),
        )
        for _ in range(60)
    ]
    flows = [landscape.solve(start) for start in starts]
    cases = [
        {
            "kind": "unrolled", "times": flow.time.tolist(), "deltas": [start.delta], "sign": start.sign, "eta_a": 1,
            "eta_w": 1, "beta_0": start.beta_0.tolist(), "beta_star": [0, 1],
        }
        for start, flow in zip(starts, flows, strict=True)
    ]  # fmt: skip
    for flow, got in zip(flows, formula(code, cases), strict=True):
        assert np.array(got["a"]) == pytest.approx(flow.a, abs=1e-9)
        turned = np.abs((np.array(got["theta"]) - flow.theta + 180) % 360 - 180)
        steady = np.hypot(*flow.w.T) > 1e-6  # a direction needs a length
        assert turned[steady].max() < 1e-6
        assert np.count_nonzero(np.isnan(np.array(got["up"], dtype=float))) == np.count_nonzero(
            np.abs(np.diff(flow.theta)) > 180
        )
