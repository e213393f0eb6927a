"""Grokking: a one-layer transformer on modular addition, its embeddings divided by α, its logits multiplied by τ.

α                ↔ alphas   ↔ [alpha]  token and position embeddings start divided by it
τ                ↔ taus     ↔ [tau]    the logits are multiplied by it, the learning rate divided by τ²
tokens           ↔ i, j, "="; the answer (i + j) mod p is read at "="
time             ↔ steps of full-batch AdamW; steps[k] are the recorded ones
grokked          ↔ first step with train and validation accuracy ≥ 0.99; NaN when never within the budget
Setting: paper section 6 and appendix D.3 (figures 6d, 12). Modulus, fraction, decay and optimiser are our choice, the
paper does not state them. Pre-norm transformer without biases or learned gains: every map reads the normalised stream.
All pairs share p² table entries, so keys and values are made once per token and the whole table is one forward pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from core.datasets import modular
from core.errors import OutsideTheory
from core.params import Params, knob
from core.training.practice import harness as ground
from core.training.practice.command import main

SCALES = (0.1, 0.3, 1, 3, 10)
TAUS = {0.5: "small: rich", 1: "as it is", 1.5: "large: lazy"}
GROKKED = 0.99
HEADS = 4

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Problem(Params):
    tau: float = knob(0.5, "Curves at τ", options=TAUS, help="Logits are multiplied by τ, the rate divided by τ².")
    alphas: tuple[float, ...] = ground.scales(*SCALES)
    taus: tuple[float, ...] = knob(tuple(TAUS), "All τ", options=TAUS, many=True)
    seeds: int = ground.seeds(5)
    seed: int = ground.seed()
    steps: int = knob(6000, "Steps at most", low=10, high=30000, step=10)
    modulus: int = knob(31, "Modulus p", low=5, high=113, step=2)
    fraction: float = knob(0.7, "Share of pairs trained on", low=0.3, high=0.9, step=0.05)
    width: int = knob(32, "Width", low=8, high=128, step=8)
    rate: float = knob(0.003, "Learning rate at τ = 1", low=1e-4, high=1e-2, scale="log")
    decay: float = knob(1.0, "Weight decay", low=0.0, high=3.0, step=0.1)

    def __post_init__(self):
        super().__post_init__()
        if not self.alphas or not self.taus:
            raise OutsideTheory("At least one α and one τ are needed", got="none", do="Choose one of each.")
        if self.width % HEADS:
            raise OutsideTheory(f"The width must be a multiple of {HEADS}", got=self.width, do="Choose 32.")


@dataclass(frozen=True)
class Solution:
    """Accuracies [seed, tau, alpha, step] (NaN after a run has stopped) and the step of grokking [seed, tau, alpha]."""

    seed: np.ndarray
    tau: np.ndarray
    alpha: np.ndarray
    steps: np.ndarray
    train_accuracy: np.ndarray
    validation_accuracy: np.ndarray
    train_loss: np.ndarray
    fitted: np.ndarray
    grokked: np.ndarray


def initial(problem: Problem, seed: int, alphas: torch.Tensor, device: str) -> Weights:
    """Standard normal embeddings divided by α, linear maps of variance 1 / fan-in; [run, …]; one draw for all runs."""
    p, d = problem.modulus, problem.width
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int, fan_in: int = 1) -> torch.Tensor:
        one = torch.randn(shape, generator=generator) / fan_in**0.5
        return one.expand(len(alphas), *shape).clone().to(device)

    scale = alphas.to(device)[:, None, None]
    weights = {"token": draw(p + 1, d) / scale, "position": draw(3, d) / scale}
    weights |= {name: draw(d, d, fan_in=d) for name in ("query", "key", "value", "out")}
    return weights | {
        "up": draw(d, 4 * d, fan_in=d),
        "down": draw(4 * d, d, fan_in=4 * d),
        "read": draw(d, p, fan_in=d),
    }


def logits(weights: Weights, tau: torch.Tensor) -> torch.Tensor:
    """τ-scaled logits of the whole table, [run, p², p]; pair (i, j) at i·p + j."""
    token, position = weights["token"], weights["position"]
    runs, p, d = token.shape[0], token.shape[1] - 1, token.shape[2]
    streams = [token[:, :p] + position[:, :1], token[:, :p] + position[:, 1:2], token[:, p:] + position[:, 2:]]
    normal = _norm(torch.cat(streams, 1))
    heads = (runs, 2 * p + 1, HEADS, d // HEADS)
    query = (normal[:, -1:] @ weights["query"]).view(runs, 1, *heads[2:])
    scores = ((normal @ weights["key"]).view(heads) * query).sum(-1).transpose(1, 2) / heads[-1] ** 0.5
    first, second, equals = scores[..., :p, None], scores[..., None, p:-1], scores[..., -1:, None]
    attention = torch.softmax(torch.stack(torch.broadcast_tensors(first, second, equals)), 0)
    value = (normal @ weights["value"]).view(heads).permute(0, 2, 1, 3)
    moved = value @ weights["out"].view(runs, HEADS, -1, d)
    mixed = torch.einsum("rhij,rhid->rijd", attention[0], moved[:, :, :p])
    mixed = mixed + torch.einsum("rhij,rhjd->rijd", attention[1], moved[:, :, p:-1])
    mixed = mixed + torch.einsum("rhij,rhd->rijd", attention[2], moved[:, :, -1])
    stream = streams[2] + mixed.reshape(runs, p * p, d)
    stream = stream + torch.relu(_norm(stream) @ weights["up"]) @ weights["down"]
    return tau[:, None, None] * (_norm(stream) @ weights["read"])


def _norm(stream: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.layer_norm(stream, stream.shape[-1:])


def checkpoints(steps: int) -> np.ndarray:
    """Recorded steps: all to 10, then about 24 a decade, ending at the budget."""
    count = max(2, round(24 * np.log10(max(steps, 11) / 10)))
    late = np.geomspace(10, max(steps, 11), count).round()
    return np.unique(np.concatenate([np.arange(10), late[late <= steps], [steps]])).astype(int)


def train(problem: Problem, part: ground.Part, device: str = "cpu") -> Iterator[tuple[int, int, ground.Arrays]]:
    """All α and τ of one seed as one batch; a run leaves the batch when it has grokked. Yields at the checkpoints,
    or at the next look after them."""
    seed = problem.seed + part[0]
    shape = (len(problem.taus), len(problem.alphas))
    tau, alpha = (torch.tensor(grid.ravel()) for grid in _grid(problem))
    answer = torch.tensor(modular.sums(problem.modulus), device=device)
    inside = modular.training(problem.modulus, problem.fraction, seed)
    pairs = tuple(torch.tensor(np.flatnonzero(chosen), device=device) for chosen in (inside, ~inside))
    weights = initial(problem, seed, alpha, device)
    moments = {name: (torch.zeros_like(w), torch.zeros_like(w)) for name, w in weights.items()}
    tau = tau.to(device)
    alive = torch.arange(tau.numel(), device=device)
    record, looks = _Record(checkpoints(problem.steps), tau.numel(), device), ground.Looks(device)
    for step in range(problem.steps + 1):
        for weight in weights.values():
            weight.requires_grad_(True)
        table = logits(weights, tau)
        losses = _cross_entropy(table[:, pairs[0]], answer[pairs[0]])
        record.note(step, alive, losses.detach(), table.detach().argmax(-1) == answer, pairs)
        going = None
        if step == problem.steps or looks.due(step):
            going = torch.isnan(record.grokked[alive]).nonzero()[:, 0]
            last = step == problem.steps or not len(going)
            if record.unseen or last:
                yield (problem.steps if last else step), problem.steps, record.arrays(shape)
            if last:
                return
        gradients = torch.autograd.grad(losses.sum(), list(weights.values()))
        rate = problem.rate / tau**2
        _adamw(weights, moments, gradients, rate, problem.decay, step + 1)
        if going is not None and len(going) < len(alive):
            weights = {name: w[going] for name, w in weights.items()}
            moments = {name: (m[going], v[going]) for name, (m, v) in moments.items()}
            tau, alive = tau[going], alive[going]


def _grid(problem: Problem) -> list[np.ndarray]:
    taus, alphas = np.array(problem.taus, np.float32), np.array(problem.alphas, np.float32)
    return list(np.meshgrid(taus, alphas, indexing="ij"))


def _cross_entropy(table: torch.Tensor, answer: torch.Tensor) -> torch.Tensor:
    chosen = torch.log_softmax(table, -1).gather(-1, answer.expand(table.shape[0], -1)[..., None])
    return -chosen.mean((1, 2))


def _adamw(weights, moments, gradients, rate, decay, step, betas=(0.9, 0.98)):
    """One AdamW step with a rate per run; decoupled decay, no decay-free groups."""
    for (name, weight), gradient in zip(weights.items(), gradients, strict=True):
        mean, square = moments[name]
        mean.lerp_(gradient, 1 - betas[0])
        square.mul_(betas[1]).addcmul_(gradient, gradient, value=1 - betas[1])
        unit = (mean / (1 - betas[0] ** step)) / ((square / (1 - betas[1] ** step)).sqrt() + 1e-8)
        speed = rate.view(-1, *[1] * (weight.ndim - 1))
        weights[name] = weight.detach() * (1 - speed * decay) - speed * unit


class _Record:
    """Accuracies at the checkpoints and the first steps at which a run fits and groks, kept on the device until looked at.

    A run that has grokked adds nothing any more, whether it has left the batch or not yet.
    """

    def __init__(self, steps: np.ndarray, runs: int, device: str):
        self.column = {int(step): k for k, step in enumerate(steps)}
        self.curves = torch.full((3, runs, len(steps)), torch.nan, device=device)
        self.fitted, self.grokked = torch.full((2, runs), torch.nan, device=device)
        self.unseen = False

    def note(self, step: int, alive: torch.Tensor, loss: torch.Tensor, right: torch.Tensor, pairs) -> None:
        train, validation = (right[:, chosen].float().mean(1) for chosen in pairs)
        fitted, grokked = self.fitted[alive], self.grokked[alive]
        going, fits = torch.isnan(grokked), train >= GROKKED
        self.fitted[alive] = torch.where(going & fits & torch.isnan(fitted), step, fitted)
        self.grokked[alive] = torch.where(going & fits & (validation >= GROKKED), step, grokked)
        column = self.column.get(step)
        if column is not None:
            now = torch.stack([train, validation, loss.float()])
            self.curves[:, alive, column] = torch.where(going, now, self.curves[:, alive, column])
            self.unseen = True

    def arrays(self, shape: tuple[int, int]) -> ground.Arrays:
        self.unseen = False
        names = ("train_accuracy", "validation_accuracy", "train_loss")
        every = dict(zip(names, self.curves, strict=True)) | {"fitted": self.fitted, "grokked": self.grokked}
        return {name: value.cpu().numpy().reshape(*shape, *value.shape[1:]).copy() for name, value in every.items()}


def _axes(problem: Problem) -> ground.Arrays:
    return {
        "seed": problem.seed + np.arange(problem.seeds),
        "tau": np.array(problem.taus),
        "alpha": np.array(problem.alphas),
        "steps": checkpoints(problem.steps),
    }


def _seconds(problem: Problem) -> float:
    runs = len(problem.alphas) * len(problem.taus) * problem.seeds
    work = problem.modulus**2 * problem.width * (problem.width * 8 + problem.modulus)
    return runs * problem.steps * work * 3e-10


EXPERIMENT = ground.Experiment(
    name="grokking",
    committed=Problem(),
    solution=Solution,
    axes=_axes,
    parts=lambda problem: tuple((k,) for k in range(problem.seeds)),
    train=train,
    seconds=_seconds,
)


if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
