"""Many networks on their way, each with a clock of its own: the Chebyshev flow as a state machine of fixed shape.

A tick takes one gradient of every slot, at the stage where that slot stands, and moves it on: to the next stage, or at
the last one to the next step, chosen by the rules of core.training.relu.chebyshev. A step of exact descent is a move
of one stage. A slot that has reached its goal, has converged, or has no network waits; the host sees it at its next look.

θ ↔ theta ↔ [slot, d + 1, m] ↔ float64, where the move started; all else is small beside it and in the type of the products:
θ_j − θ, θ_{j−1} − θ ↔ ahead, behind ↔ present stage and the one before it     −η ∂L/∂θ ↔ gradient at θ_j, speed at θ
way ↔ θ minus the run's start        stage j of stages s ↔ [slot]
step, goal, move, end ↔ [slot] ↔ in steps of descent: where it is, where it goes, the move under way, where moves end

Ours.
"""

from functools import cache
from typing import Any

import numpy as np
import torch
from torch.linalg import vector_norm

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

ROWS = ("ahead", "behind", "gradient", "speed", "way")


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
        device, kind = products.X.device, products.X.dtype
        self.rows = torch.zeros(count, len(ROWS), d + 1, m, dtype=kind, device=device)
        rows = dict(zip(ROWS, self.rows.unbind(1), strict=True))
        self.gradient = rows.pop("gradient")
        self.state: dict[str, torch.Tensor] = {
            "theta": torch.zeros(count, d + 1, m, dtype=torch.float64, device=device),
            **rows,
            **{name: torch.zeros(count, dtype=torch.float64, device=device) for name in CLOCK},
            **{name: torch.zeros(count, dtype=torch.int64, device=device) for name in ("stage", "stages")},
            **{name: torch.zeros(count, dtype=torch.bool, device=device) for name in ("opened", "due")},
            "probe": torch.ones(count, products.n, dtype=torch.float64, device=device),
        }
        self.table = torch.tensor(table(), device=device)
        self.mixing = torch.zeros(count, 3, len(ROWS), dtype=kind, device=device)
        self.mixing[:, 1, 0], self.mixing[:, 2, 0], self.mixing[:, 2, 4] = -0.8, 1.0, 1.0
        self.number = {
            value: torch.tensor(value, dtype=torch.float64, device=device) for value in (1.0, float(SETTLING), 5.0, 0.1)
        }
        self._nothing = torch.zeros((), dtype=kind, device=device)
        self.whole = {value: torch.tensor(value, device=device) for value in (ARRIVED, CONVERGED, DIVERGED, ROUNDED)}

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["state"][name]
        except KeyError:
            raise AttributeError(name) from None

    def vacate(self) -> None:
        """Nobody in any slot."""
        for tensor in (*self.state.values(), self.gradient):
            tensor.zero_()

    def verdict(self) -> torch.Tensor:
        """[slot] of ARRIVED, CONVERGED, DIVERGED, ROUNDED as in core.training.relu.growing; ARRIVED says nothing yet."""
        which = self.whole
        found = torch.where(self.loss < self.floor, which[ROUNDED], which[ARRIVED])
        found = torch.where(self.loss < self.stop, which[CONVERGED], found)
        found = torch.where(self.loss <= self.ceiling, found, which[DIVERGED])
        return torch.where(self._unjudged(), which[ARRIVED], found)

    def _unjudged(self) -> torch.Tensor:
        return (self.stages == 0) | (self.settling > 0)

    def _moves(self) -> torch.Tensor:
        """[slot]: it has a way to go, and its loss says nothing yet."""
        quiet = (self.loss >= torch.maximum(self.floor, self.stop)) & (self.loss <= self.ceiling)
        return (self.step < self.goal) & (quiet | self._unjudged()) & ~self.unopened()

    def unopened(self) -> torch.Tensor:
        """[slot]: exact descent is over, and the host has not yet measured λ anew."""
        return (self.step >= self.opening) & ~self.opened

    def round(self, ticks: int) -> None:
        """`ticks` gradients of every slot; λ is followed at the last one where a Chebyshev step has ended since."""
        for left in reversed(range(ticks)):
            self.tick(follow=left == 0)

    def tick(self, follow: bool) -> None:
        """One gradient of every slot and what follows from it; slots that wait stay where they are."""
        moving = self._moves()
        loss = self.products.velocity(self.theta, self.ahead, self.gradient)
        self.gradients.add_(moving)
        ended = moving & (self.stage >= self.stages)
        onward = moving & ~ended
        following, wrong, travelled = self._mixed()
        self._judge(ended, loss, self._relative_error(wrong, travelled))
        torch.where(_wide(onward), self.ahead, self._nothing, out=self.behind)
        self.stage.add_(onward)
        if follow:
            self._follow()
        self._plan(ended)
        torch.where(_wide(onward), following, self._first_stage(), out=self.ahead)

    def begin(self, where: torch.Tensor) -> None:
        """Choose the next move of these slots, and stand at its first stage."""
        self._plan(where)
        self.ahead.copy_(torch.where(_wide(where), self._first_stage(), self.ahead))
        self.behind.copy_(torch.where(_wide(where), self._nothing, self.behind))

    def _first_stage(self) -> torch.Tensor:
        """θ_1 − θ of every slot's present move."""
        weight = self.table[2].index_select(0, self.stages * WIDTH + 1)
        return _wide((weight * self.rate * self.move).to(self.speed.dtype)) * self.speed

    def _mixed(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Three sums of each slot's rows in one product, [slot, d + 1, m]: θ_{j+1} − θ by the recursion, without meaning
        where j is the last stage; the error estimate of a step that ends here; the way from the start to here."""
        h = self.rate * self.move
        weights = self.table.index_select(1, self.stages * WIDTH + self.stage + 1)
        weights[2:].mul_(h)
        self.mixing[:, 0, :4].copy_(weights.T)
        self.mixing[:, 1, 2:4].copy_((0.4 * h)[:, None])
        mixed = torch.bmm(self.mixing, self.rows.flatten(2)).view(-1, 3, *self.theta.shape[1:])
        return mixed[:, 0], mixed[:, 1], mixed[:, 2]

    def _judge(self, ended: torch.Tensor, loss: torch.Tensor, error: torch.Tensor) -> None:
        """Accept or reject the moves that have ended: theta, speed, loss and the clock after them."""
        flow = ended & (self.stages > 1)
        rejected = flow & ~(error <= 1.0) & (self.move > 1.0)
        accepted = ended & ~rejected
        gone = torch.where(_wide(accepted), self.ahead, self._nothing)
        self.theta.add_(gone)
        self.way.add_(gone)
        torch.where(_wide(accepted), self.gradient, self.speed, out=self.speed)
        torch.where(accepted, loss, self.loss, out=self.loss)
        flow &= accepted
        self._wish(flow, rejected, error)
        self._advance(accepted, flow)
        self.due.logical_or_(flow)

    def _advance(self, accepted: torch.Tensor, flow: torch.Tensor) -> None:
        """The step each slot has come to; the flow's last move before a goal begins the settling ones."""
        settling = accepted & (self.settling > 0)
        self.settling.add_(settling, alpha=-1)
        torch.where(accepted, self.step + self.move, self.step, out=self.step)
        there = flow & (self.step >= self.end * (1.0 - 1e-12))
        further = self.end < self.goal
        home = (settling & (self.settling == 0)) | (there & ~further)
        torch.where(home, self.goal, self.step, out=self.step)
        torch.where(there & further, self.number[float(SETTLING)], self.settling, out=self.settling)

    def _relative_error(self, wrong: torch.Tensor, travelled: torch.Tensor) -> torch.Tensor:
        """rms over neurons of the step's error estimate against min(its size, rms distance travelled), over the tolerance."""
        root = self.products.m**0.5
        far = vector_norm(travelled, dim=(1, 2)).double().div_(root)
        least = torch.minimum(vector_norm(self.theta, dim=1), far[:, None]).clamp_min_(1e-150)
        return vector_norm(vector_norm(wrong, dim=1).double() / least, dim=1).div_(root * self.tolerance)

    def _wish(self, accepted: torch.Tensor, rejected: torch.Tensor, error: torch.Tensor) -> None:
        """The next step's length, by predictive control after a success, shorter after a failure."""
        small = error.pow(-1.0 / 3.0).mul_(0.8)
        predicted = (self.error / error).pow_(1.0 / 3.0).mul_(small).mul_(self.move).div_(self.taken)
        factor = torch.where(self.error > 0, torch.minimum(small, predicted), small)
        factor = torch.where(error > 0, factor, self.number[5.0]).clamp_(0.2, 5.0)
        grown = self.move * factor
        cut_short = self.move < 0.99 * self.wanted
        longer = torch.where(cut_short, torch.maximum(self.wanted, grown), grown)
        shrunk = torch.where(error < torch.inf, small.clamp_min_(0.1), self.number[0.1])
        shorter = (self.move * shrunk).clamp_min_(1.0)
        torch.where(accepted, longer, torch.where(rejected, shorter, self.wanted), out=self.wanted)
        torch.where(accepted, error.clamp_min(1e-10), self.error, out=self.error)
        torch.where(accepted, self.move, self.taken, out=self.taken)

    def _follow(self) -> None:
        """One turn of the power iteration where a step of the flow has been accepted since the last one."""
        sharpness, probe = self.products.power(self.theta, self.probe, 1)
        torch.where(self.due, sharpness, self.sharpness, out=self.sharpness)
        torch.where(self.due[:, None], probe, self.probe, out=self.probe)
        self.gradients.add_(self.due)
        self.due.zero_()

    def _plan(self, ended: torch.Tensor) -> None:
        """The next move of the slots whose last one has ended: of descent, of the flow, or of settling."""
        move, end, stages = self._flow_move()
        settling, opening = self.settling > 0, self.step < self.opening
        rest = (self.goal - self.step).div_(self.settling.clamp_min(1.0))
        move = torch.where(settling, rest, torch.where(opening, self.number[1.0], move))
        stages.masked_fill_(settling | opening, 1)
        torch.where(ended, move, self.move, out=self.move)
        torch.where(ended & ~settling, end, self.end, out=self.end)
        torch.where(ended, stages, self.stages, out=self.stages)
        self.stage.masked_fill_(ended, 1)

    def _flow_move(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(move, end, stages) of a step of the flow: as long as wanted and allowed, and dividing the way well."""
        way = self.goal - self.step
        rest = SETTLING * 0.9 / (self.sharpness * self.rate)
        end = torch.where(rest < 0.2 * way, self.goal - rest, self.goal)
        way = end - self.step
        move = torch.minimum(self.wanted, 0.5 * self.step).clamp_min(1.0)
        move = torch.where(move >= way, way, torch.where(move > 0.5 * way, 0.5 * way, move))
        rho = 1.06 * self.sharpness + self._curvature_of_fit()
        stiff = (1.54 * self.rate).mul_(rho)
        stages = (move * stiff).add_(1.0).sqrt_().ceil_().clamp_min_(2.0)
        move = torch.where(stages > MOST_STAGES, (MOST_STAGES**2 - 1) / stiff, move)
        return move, end, stages.clamp_max_(MOST_STAGES).nan_to_num_(nan=2.0).long()

    def _curvature_of_fit(self) -> torch.Tensor:
        """max_i ‖∂L/∂w_i‖/|a_i|, [slot]: a bound on what the residuals add to the sharpness."""
        pull = vector_norm(self.speed[:, :-1], dim=1)
        return (pull / self.theta[:, -1].abs().clamp_min_(1e-12)).amax(1)


def _wide(scalar: torch.Tensor) -> torch.Tensor:
    return scalar[:, None, None]
