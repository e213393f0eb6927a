"""Adaptive integration of many small systems side by side, each with a step of its own (Dormand and Prince, 1980).

state[R, k]: R independent systems y' = speed(y). error[R]: the largest of |error_i| / (tolerance (|y_i| + 10⁻³‖y‖)).
"""

from collections.abc import Callable

import torch

from core.errors import OutsideTheory

NODES = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


def advance(
    speed: Callable[[torch.Tensor], torch.Tensor],
    state: torch.Tensor,
    span: float,
    stride: torch.Tensor | None,
    tolerance: float,
    most: int,
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """The state after `span` of time, the strides to go on with, and how many rounds of steps that took."""
    left = torch.full((state.shape[0], 1), span, dtype=state.dtype, device=state.device)
    slope = speed(state)
    stride = _opening(state, slope, left) if stride is None else stride
    for taken in range(most):
        if not bool((left > 0).any()):
            return state, stride, taken
        step = torch.minimum(stride, left)
        reached, last, error = _step(speed, state, slope, step, tolerance)
        good = error <= 1
        state, slope = torch.where(good, reached, state), torch.where(good, last, slope)
        factor = (0.9 * error.clamp(min=1e-10) ** -0.2).clamp(0.2, 5.0)
        grown = torch.where(step < stride, torch.maximum(stride, step * factor), step * factor)
        stride = torch.where(left > 0, torch.where(good, grown, step * factor), stride)
        left = torch.where(good, torch.where(step < left, left - step, 0.0), left)
    what = "The flow is too stiff for the adaptive integrator to reach that time"
    raise OutsideTheory(what, got=f"{most:,} steps done", do="Choose a smaller |δ| or an earlier last time.")


def _opening(state: torch.Tensor, slope: torch.Tensor, span: torch.Tensor) -> torch.Tensor:
    pace = slope.norm(dim=1, keepdim=True) / state.norm(dim=1, keepdim=True).clamp(min=1e-300)
    return torch.minimum(0.01 / pace.clamp(min=1e-300), span)


def _step(
    speed: Callable[[torch.Tensor], torch.Tensor],
    state: torch.Tensor,
    slope: torch.Tensor,
    step: torch.Tensor,
    tolerance: float,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    slopes = state.new_empty(len(ERROR), state.numel())
    slopes[0] = slope.reshape(-1)
    reached = state
    for k, weights in enumerate(NODES, 1):
        reached = torch.addcmul(state, step, (state.new_tensor(weights) @ slopes[:k]).view_as(state))
        slopes[k] = speed(reached).reshape(-1)
    gap = step * (state.new_tensor(ERROR) @ slopes).view_as(state)
    size = torch.maximum(state.abs(), reached.abs()) + 1e-3 * state.norm(dim=1, keepdim=True) + 1e-300
    error = (gap.abs() / (tolerance * size)).amax(dim=1, keepdim=True)
    return reached, slopes[-1].view_as(state), torch.nan_to_num(error, nan=1e10)
