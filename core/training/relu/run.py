"""One network on its way, by the compiled steps: which method, how long an opening, which float type, and when it ends.

Ours.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from core.errors import OutsideTheory
from core.training.measures import mean_squared_error_of
from core.training.relu.chebyshev import leap
from core.training.relu.gradient import pack, rounding_floor, sharpness, unpack
from core.training.relu.growing import ARRIVED, CONVERGED, DIVERGED, ROUNDED, descend, grow
from core.training.relu.state import Path, Rules, new_clock, new_work

CHEAP = 2e8
"""n·m·d times steps up to which every step is taken: some 10 ms."""
OVERHEAD = 3e4
"""n·m·d that take as long as a step's overhead."""
SMALL = 2e5
"""n·m·d up to which products are in float64 and steps short, since time is no concern."""
STABLE = 2.0
"""η λ_max up to which descent is stable."""
GROWN = 1e6
"""What the loss may grow by before a run counts as diverged."""
COMFORTABLE = 1e8
"""Size, and inverse size, up to which float32 products neither overflow nor vanish."""
STIFF = 0.05
"""η λ_max above which the opening is three times as long."""
TURNS = 30
"""Power iterations that find λ_max anew."""
FIRST_LEAP = 10.0
"""Steps of descent that the first Chebyshev step wants to take."""


@dataclass(frozen=True)
class Accuracy:
    """How closely the flow follows descent. opening: exact steps (three times as many where η λ_max > 0.05);
    growth: largest growing step as a fraction of the time; tolerance: of Chebyshev steps; stop: loss relative to the
    mean of y² below which θ is frozen."""

    opening: int = 100
    growth: float = 0.05
    tolerance: float = 1e-2
    stop: float = 1e-8


def default_accuracy(cost: float) -> Accuracy:
    """The accuracy of a problem of cost n·m·d where none is asked for."""
    return Accuracy(growth=0.003, stop=1e-12) if cost <= SMALL else Accuracy()


def divergence(rate: float, sharpness: float) -> OutsideTheory:
    """The refusal of a rate beyond stability at the start, or of one that lost its way later, with a rate to use."""
    if rate * sharpness <= STABLE:
        return OutsideTheory(
            f"gradient descent diverges on the way: the loss has grown {GROWN:g}-fold",
            got=f"η = {rate:.3g}, η·λ_max = {rate * sharpness:.2g} at the start",
            do=f"Use η ≤ {_rounded_down(rate / 4)}.",
        )
    return OutsideTheory(
        f"gradient descent diverges: η·λ_max = {rate * sharpness:.2g} > 2",
        got=f"η = {rate:.3g}",
        do=f"Use η ≤ {_rounded_down(1.0 / sharpness)}.",
    )


class Run:
    """A network W[m, d], a[m] that learns X[n, d], y[n]; `layers` are the rates eta_a, eta_w and the slope."""

    def __init__(self, W, a, X, y, rate: float, layers: dict[str, float]):
        self.m, self.X, self.y, self.rate, self.layers = a.size, X, y, rate, layers
        theta = pack(W, a)
        probe = np.random.default_rng(0).standard_normal(y.size)
        self.path = Path(theta, np.empty_like(theta), theta.copy(), probe)
        self.clock = new_clock()
        self.power = float(np.mean(y**2)) or 1.0
        self.done = False
        self._multiply_in(np.float64)
        self.sharpness = self.clock["sharpness"] = sharpness(theta, probe, self.work, TURNS)
        self.ceiling = GROWN * max(self.loss(), self.power)

    def network(self) -> tuple[np.ndarray, np.ndarray]:
        """Copies of W[m, d], a[m] as they are now."""
        return unpack(self.path.theta, self.m)

    def loss(self) -> float:
        return float(mean_squared_error_of(*self.network(), self.X, self.y, slope=self.layers["slope"]))

    def prepare(self, method: str, last: int, accuracy: Accuracy | None) -> None:
        """Choose the method, the opening and the float type of a run to step `last`."""
        cost = float(self.X.size) * self.m
        self.method = _settled(method, cost, last)
        if last > 0 and self.rate * self.sharpness > STABLE:
            raise divergence(self.rate, self.sharpness)
        if accuracy is None:
            accuracy = default_accuracy(cost)
            accuracy = replace(accuracy, stop=0.0) if self.method == "descent" else accuracy
        self.opening = accuracy.opening * (3 if self.rate * self.sharpness > STIFF else 1)
        floor = 1e3 * rounding_floor(self.path.theta, self.X, self.m) if cost > SMALL else 0.0
        self.rules = Rules(
            rate=self.rate,
            growth=accuracy.growth,
            tolerance=accuracy.tolerance,
            stop=accuracy.stop * self.power,
            floor=floor,
            ceiling=self.ceiling,
        )
        if cost > SMALL and self._comfortable():
            self._multiply_in(np.float32)

    def advance(self, goal: int) -> None:
        """Bring θ to step `goal`; a converged network stays where it is."""
        while not self.done and self.clock["step"] < goal:
            found = self._move(goal)
            if found == DIVERGED:
                raise divergence(self.rate, self.sharpness)
            if found == ROUNDED:
                self.rules = self.rules._replace(floor=0.0)
                self._multiply_in(np.float64)
            self.done = found == CONVERGED

    def _comfortable(self) -> bool:
        sizes = (float(np.abs(array).max()) for array in (self.X, self.y, self.path.theta))
        return all(1 / COMFORTABLE < size < COMFORTABLE for size in sizes if size > 0)

    def _multiply_in(self, kind) -> None:
        self.work = new_work(self.X, self.y, self.m, kind, **self.layers)

    def _move(self, goal: int) -> int:
        until = goal if self.method == "descent" else min(goal, self.opening)
        if self.clock["step"] < until:
            found = descend(self.path, self.clock, until, self.rules, self.work)
            if found == ARRIVED and until == self.opening and self.method != "descent":
                self._open_flow()
            return found
        step = grow if self.method == "growing" else leap
        return step(self.path, self.clock, goal, self.rules, self.work)

    def _open_flow(self) -> None:
        self.clock["sharpness"] = sharpness(self.path.theta, self.path.probe, self.work, TURNS)
        self.clock["gradients"] += TURNS
        self.clock["wanted"] = FIRST_LEAP


def _settled(method: str, cost: float, last: int) -> str:
    if method != "auto":
        return method
    if max(cost, OVERHEAD) * last <= CHEAP:
        return "descent"
    return "chebyshev" if cost > SMALL else "growing"


def _rounded_down(value: float) -> str:
    digits = 2 - math.ceil(math.log10(value))
    return f"{math.floor(value * 10**digits) / 10**digits:.3g}"
