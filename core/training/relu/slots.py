"""Many networks on their way, each with a clock of its own: the Chebyshev flow as a state machine of fixed shape.

A tick takes one gradient of every slot, at the stage where that slot stands, and moves it on: to the next stage, or at
the last one to the next step, chosen by the rules of core.training.relu.chebyshev. A step of exact descent is a move
of one stage. A slot that has reached its goal, has converged, or has no network waits; the host sees it at its next look.

θ, θ_j, θ_{j−1} ↔ theta, point, before ↔ [slot, d + 1, m] ↔ start of the move, present stage, the stage before it
speed ↔ −η ∂L/∂θ at theta        stage j of stages s ↔ [slot]
step, goal, move, end ↔ [slot] ↔ in steps of descent: where it is, where it goes, the move under way, where moves end

Ours.
"""

from functools import cache
from typing import Any

import numpy as np
import torch

from core.training.relu.chebyshev import MOST_STAGES, SETTLING, coefficients
from core.training.relu.growing import ARRIVED, CONVERGED, DIVERGED, ROUNDED
from core.training.relu.products import Products

WIDTH = MOST_STAGES + 2

CLOCK = (
    *("rate", "goal", "opening", "stop", "floor", "ceiling"),  # what the run was told
    *("step", "sharpness", "loss", "gradients", "wanted", "error", "taken"),  # as in core.training.relu.state
    *("move", "end", "settling"),  # the move under way, and how many of the settling moves are left
)
"""Fields of a slot's clock, in float64."""

WEIGHTS = ("theta", "start", "speed", "point", "before")


@cache
def table() -> np.ndarray:
    """μ, ν, μ~, γ~ of stage j of s at column s · WIDTH + j, [4, …], s up to MOST_STAGES; one stage is a step of descent."""
    rows = np.zeros((4, MOST_STAGES + 1, WIDTH))
    rows[2, 1, 1] = 1.0
    for s in range(2, MOST_STAGES + 1):
        rows[:, s, : s + 1] = coefficients(s)
    return rows.reshape(4, -1)


class Slots:
    """The state of all slots on one device, changed in place only, so that captured ticks find it again."""

    def __init__(self, products: Products, tolerance: float):
        self.products, self.tolerance = products, tolerance
        count, d, m = products.slots, products.d, products.m
        device = products.X.device
        self.state: dict[str, torch.Tensor] = {
            **{name: torch.zeros(count, d + 1, m, dtype=torch.float64, device=device) for name in WEIGHTS},
            **{name: torch.zeros(count, dtype=torch.float64, device=device) for name in CLOCK},
            **{name: torch.zeros(count, dtype=torch.int64, device=device) for name in ("stage", "stages")},
            **{name: torch.zeros(count, dtype=torch.bool, device=device) for name in ("opened", "due")},
            "probe": torch.ones(count, products.n, dtype=torch.float64, device=device),
        }
        self.table = torch.tensor(table(), device=device)
        self.gradient = torch.zeros(count, d + 1, m, dtype=torch.float64, device=device)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["state"][name]
        except KeyError:
            raise AttributeError(name) from None

    def vacate(self) -> None:
        """Nobody in any slot."""
        for tensor in self.state.values():
            tensor.zero_()

    def verdict(self) -> torch.Tensor:
        """[slot] of ARRIVED, CONVERGED, DIVERGED, ROUNDED as in core.training.relu.growing; ARRIVED says nothing yet."""
        found = torch.where(self.loss < self.floor, ROUNDED, ARRIVED)
        found = torch.where(self.loss < self.stop, CONVERGED, found)
        found = torch.where(self.loss <= self.ceiling, found, DIVERGED)
        return torch.where((self.stages == 0) | (self.settling > 0), ARRIVED, found)

    def unopened(self) -> torch.Tensor:
        """[slot]: exact descent is over, and the host has not yet measured λ anew."""
        return (self.step >= self.opening) & ~self.opened

    def round(self, ticks: int) -> None:
        """`ticks` gradients of every slot; λ is followed at the last one where a Chebyshev step has ended since."""
        for left in reversed(range(ticks)):
            self.tick(follow=left == 0)

    def tick(self, follow: bool) -> None:
        """One gradient of every slot and what follows from it; slots that wait stay as they are."""
        moving = (self.step < self.goal) & (self.verdict() == ARRIVED) & ~self.unopened()
        loss = self.products.velocity(self.point, self.gradient)
        self.gradients.add_(moving)
        ended = moving & (self.stage >= self.stages)
        onward = moving & ~ended
        following = self._next_stage()
        self.before.copy_(_choose(onward, self.point, self.before))
        self._judge(ended, loss)
        self.point.copy_(_choose(onward, following, self.point))
        self.stage.add_(onward)
        if follow:
            self._follow()
        self.begin(ended)

    def begin(self, where: torch.Tensor) -> None:
        """Choose the next move of these slots, and stand at its first stage."""
        self._plan(where)
        h = self._weights(torch.ones_like(self.stage))[2] * self.rate * self.move
        self.point.copy_(_choose(where, self.theta + _wide(h) * self.speed, self.point))
        self.before.copy_(_choose(where, self.theta, self.before))
        self.stage.copy_(torch.where(where, 1, self.stage))

    def _weights(self, stage: torch.Tensor) -> torch.Tensor:
        """μ, ν, μ~ and γ~ of a stage of every slot's present move, [4, slot]."""
        return self.table.index_select(1, self.stages * WIDTH + stage)

    def _next_stage(self) -> torch.Tensor:
        """θ_{j+1} by the recursion; without meaning where j is the last stage."""
        mu, nu, mu_h, gamma_h = self._weights(self.stage + 1)
        h = self.rate * self.move
        return (
            _wide(1.0 - mu - nu) * self.theta
            + _wide(mu) * self.point
            + _wide(nu) * self.before
            + _wide(mu_h * h) * self.gradient
            + _wide(gamma_h * h) * self.speed
        )

    def _judge(self, ended: torch.Tensor, loss: torch.Tensor) -> None:
        """Accept or reject the moves that have ended: theta, speed, loss and the clock after them."""
        flow = ended & (self.stages > 1)
        error = torch.where(flow, self._relative_error() / self.tolerance, 0.0)
        rejected = flow & ~(error <= 1.0) & (self.move > 1.0)
        accepted = ended & ~rejected
        self.theta.copy_(_choose(accepted, self.point, self.theta))
        self.speed.copy_(_choose(accepted, self.gradient, self.speed))
        self.loss.copy_(torch.where(accepted, loss, self.loss))
        self._wish(flow & accepted, rejected, error)
        self._advance(accepted, flow & accepted)
        self.due.logical_or_(flow & accepted)

    def _advance(self, accepted: torch.Tensor, flow: torch.Tensor) -> None:
        """The step each slot has come to; the flow's last move before a goal begins the settling ones."""
        settling = accepted & (self.settling > 0)
        self.settling.sub_(settling.double())
        self.step.copy_(torch.where(accepted, self.step + self.move, self.step))
        there = flow & (self.step >= self.end * (1.0 - 1e-12))
        home = (settling & (self.settling == 0)) | (there & (self.end >= self.goal))
        self.step.copy_(torch.where(home, self.goal, self.step))
        self.settling.copy_(torch.where(there & (self.end < self.goal), float(SETTLING), self.settling))

    def _relative_error(self) -> torch.Tensor:
        """rms over neurons of the step's error estimate against min(its size, rms distance travelled), [slot]."""
        h = _wide(self.rate * self.move)
        wrong = (0.8 * (self.theta - self.point) + 0.4 * h * (self.speed + self.gradient)).square().sum(1)
        size = self.theta.square().sum(1)
        travelled = (self.point - self.start).square().sum((1, 2)) / self.products.m
        return (wrong / torch.minimum(size, travelled[:, None]).clamp_min(1e-300)).mean(1).sqrt()

    def _wish(self, accepted: torch.Tensor, rejected: torch.Tensor, error: torch.Tensor) -> None:
        """The next step's length, by predictive control after a success, shorter after a failure."""
        small = 0.8 * error ** (-1.0 / 3.0)
        predicted = small * (self.error / error) ** (1.0 / 3.0) * self.move / self.taken
        factor = torch.where(self.error > 0, torch.minimum(small, predicted), small)
        factor = torch.where(error > 0, factor, 5.0).clamp(0.2, 5.0)
        grown = self.move * factor
        cut_short = self.move < 0.99 * self.wanted
        longer = torch.where(cut_short, torch.maximum(self.wanted, grown), grown)
        shorter = (self.move * torch.where(error < torch.inf, small.clamp_min(0.1), 0.1)).clamp_min(1.0)
        self.wanted.copy_(torch.where(accepted, longer, torch.where(rejected, shorter, self.wanted)))
        self.error.copy_(torch.where(accepted, error.clamp_min(1e-10), self.error))
        self.taken.copy_(torch.where(accepted, self.move, self.taken))

    def _follow(self) -> None:
        """One turn of the power iteration where a step of the flow has been accepted since the last one."""
        sharpness, probe = self.products.power(self.theta, self.probe, 1)
        self.sharpness.copy_(torch.where(self.due, sharpness, self.sharpness))
        self.probe.copy_(torch.where(self.due[:, None], probe, self.probe))
        self.gradients.add_(self.due)
        self.due.zero_()

    def _plan(self, ended: torch.Tensor) -> None:
        """The next move of the slots whose last one has ended: of descent, of the flow, or of settling."""
        move, end, stages = self._flow_move()
        settling, opening = self.settling > 0, self.step < self.opening
        rest = (self.goal - self.step) / self.settling.clamp_min(1.0)
        move = torch.where(settling, rest, torch.where(opening, 1.0, move))
        stages = torch.where(settling | opening, 1, stages)
        self.move.copy_(torch.where(ended, move, self.move))
        self.end.copy_(torch.where(ended & ~settling, end, self.end))
        self.stages.copy_(torch.where(ended, stages, self.stages))

    def _flow_move(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(move, end, stages) of a step of the flow: as long as wanted and allowed, and dividing the way well."""
        way = self.goal - self.step
        rest = SETTLING * 0.9 / (self.sharpness * self.rate)
        end = torch.where(rest < 0.2 * way, self.goal - rest, self.goal)
        way = end - self.step
        move = torch.minimum(self.wanted, 0.5 * self.step).clamp_min(1.0)
        move = torch.where(move >= way, way, torch.where(move > 0.5 * way, 0.5 * way, move))
        rho = 1.06 * self.sharpness + self._curvature_of_fit()
        stages = (1.0 + 1.54 * move * self.rate * rho).sqrt().ceil().clamp_min(2.0)
        far = stages > MOST_STAGES
        move = torch.where(far, (MOST_STAGES**2 - 1) / (1.54 * self.rate * rho), move)
        return move, end, torch.where(far, float(MOST_STAGES), stages).nan_to_num(nan=2.0).long()

    def _curvature_of_fit(self) -> torch.Tensor:
        """max_i ‖∂L/∂w_i‖/|a_i|, [slot]: a bound on what the residuals add to the sharpness."""
        pull = self.speed[:, :-1].square().sum(1).sqrt()
        return (pull / self.theta[:, -1].abs().clamp_min(1e-12)).amax(1)


def _wide(scalar: torch.Tensor) -> torch.Tensor:
    return scalar[:, None, None]


def _choose(where: torch.Tensor, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.where(_wide(where), one, other)
