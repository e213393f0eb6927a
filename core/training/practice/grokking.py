"""Grokking: a one-layer transformer on modular addition, its embeddings divided by α, its logits multiplied by τ.

α                ↔ alphas   ↔ [alpha]  token and position embeddings start divided by it
τ                ↔ taus     ↔ [tau]    the logits are multiplied by it, the learning rate divided by τ²
tokens           ↔ i, j, "="; the answer (i + j) mod p is read at "="; pair (i, j) stands at i·p + j
row              ↔ which weights decay; `row` of the Solution holds words of ROWS
time             ↔ steps of full-batch AdamW; steps[k] are the recorded ones
fitted, grokked  ↔ first step with train accuracy, with train and validation accuracy ≥ 0.99, looked at every LOOK steps;
                   NaN when never within the budget
Setting: paper section 6 and appendix D.3 (figures 6d, 12). Modulus, share, decay and optimiser are our choice, the
paper does not state them. Pre-norm transformer without biases or learned gains: every map reads the normalised stream.
Keys and values are made once per token, and only the pairs that are trained on are in the gradient's pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.datasets import modular
from core.errors import OutsideTheory
from core.params import Params, knob
from core.training.graphs import Step
from core.training.practice import harness as ground
from core.training.practice.command import main
from core.training.practice.grokking_record import Record

SCALES = (0.1, 1, 10, 32, 100)
LOOK = 10
"""Steps between two looks at the accuracies of the whole table."""
TAUS = {0.5: "small: rich", 0.75: "", 1: "as it is", 1.25: "", 1.5: "large: lazy"}
ROWS = {
    "all weights": "as in the usual recipe",
    "all but embeddings": "so that decay alone changes no embedding's size",
}
EMBEDDINGS = ("token", "position")
HEADS = 4
BETAS = (0.9, 0.98)
TOGETHER = 1024
"""Pairs whose logits are made at once where no gradient is needed."""
IN_HAND = 20_000
"""Pairs of all runs in one pass of the gradient on a CPU: arrays of more are asked of the system anew at
each step, which costs as much again as the arithmetic."""

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Problem(Params):
    tau: float = knob(0.5, "Curves at τ", options=TAUS, help="Logits are multiplied by τ, the rate divided by τ².")
    alphas: tuple[float, ...] = ground.scales(*SCALES)
    taus: tuple[float, ...] = knob(tuple(TAUS), "All τ", options=TAUS, many=True)
    row: str = knob("all weights", "Weight decay on", options=ROWS)
    rows: tuple[str, ...] = knob(tuple(ROWS), "All kinds of decay", options=ROWS, many=True)
    seeds: int = ground.seeds(5)
    seed: int = ground.seed()
    steps: int = knob(3000, "Steps at most", low=10, high=30000, step=10)
    modulus: int = knob(47, "Modulus p", low=5, high=113, step=2)
    fraction: float = knob(0.7, "Share of pairs trained on", low=0.3, high=0.9, step=0.05)
    width: int = knob(32, "Width", low=8, high=128, step=8)
    rate: float = knob(0.003, "Learning rate at τ = 1", low=1e-4, high=1e-2, scale="log")
    decay: float = knob(1.0, "Weight decay", low=0.0, high=3.0, step=0.1)

    def __post_init__(self):
        super().__post_init__()
        if not (self.alphas and self.taus and self.rows):
            what = "At least one α, one τ and one kind of decay are needed"
            raise OutsideTheory(what, got="none", do="Choose one of each.")
        if self.width % HEADS:
            raise OutsideTheory(f"The width must be a multiple of {HEADS}", got=self.width, do="Choose 32.")


@dataclass(frozen=True)
class Solution:
    """Accuracies [seed, row, tau, alpha, step], NaN after a run has stopped; fitted and grokked [seed, row, tau, alpha]."""

    modulus: np.ndarray
    seed: np.ndarray
    row: np.ndarray
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


def logits(weights: Weights, tau: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
    """τ-scaled logits [run, n, p] of the pairs [n], each an index i·p + j of the table."""
    token, position = weights["token"], weights["position"]
    runs, p, d = token.shape[0], token.shape[1] - 1, token.shape[2]
    streams = [token[:, :p] + position[:, :1], token[:, :p] + position[:, 1:2], token[:, p:] + position[:, 2:]]
    normal = _norm(torch.cat(streams, 1))
    heads = (runs, 2 * p + 1, HEADS, d // HEADS)
    query = (normal[:, -1:] @ weights["query"]).view(runs, 1, *heads[2:])
    scores = ((normal @ weights["key"]).view(heads) * query).sum(-1) / heads[-1] ** 0.5
    value = (normal @ weights["value"]).view(heads)
    read = torch.stack([pairs // p, p + pairs % p, torch.full_like(pairs, 2 * p)])
    attention = torch.softmax(scores[:, read], 1)
    mixed = (attention[..., None] * value[:, read]).sum(1).flatten(2) @ weights["out"]
    stream = streams[2] + mixed
    stream = stream + torch.relu(_norm(stream) @ weights["up"]) @ weights["down"]
    return tau[:, None, None] * (_norm(stream) @ weights["read"])


def _norm(stream: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.layer_norm(stream, stream.shape[-1:])


def checkpoints(steps: int) -> np.ndarray:
    """Recorded steps, multiples of LOOK: about 24 a decade from 10 on, ending at the budget."""
    count = max(2, round(24 * np.log10(max(steps, 11) / 10)))
    late = LOOK * (np.geomspace(10, max(steps, 11), count) / LOOK).round()
    return np.unique(np.concatenate([[0], late[late <= steps], [steps]])).astype(int)


def train(problem: Problem, part: ground.Part, device: str = "cpu") -> Iterator[tuple[int, int, ground.Arrays]]:
    """All α and τ of one seed and row as one batch; a run leaves the batch when it has grokked. Yields at the checkpoints,
    or at the next look after them."""
    seed, row = problem.seed + part[0], problem.rows[part[1]]
    kept = EMBEDDINGS if row == "all but embeddings" else ()
    shape = (len(problem.taus), len(problem.alphas))
    tau, alpha = (torch.tensor(grid.ravel()) for grid in _grid(problem))
    task = _Task(problem, seed, device)
    weights = initial(problem, seed, alpha, device)
    tau = tau.to(device)
    runs = _Runs(problem, task, weights, tau, kept)
    alive = torch.arange(tau.numel(), device=device)
    record, looks = Record(checkpoints(problem.steps), tau.numel(), device), ground.Looks(device)
    for step in range(problem.steps + 1):
        going = None
        if step % LOOK == 0 or step == problem.steps:
            record.note(step, alive, *task.accuracies(runs.weights, runs.tau))
            if step == problem.steps or looks.due(step):
                going = torch.isnan(record.grokked[alive]).nonzero()[:, 0]
                last = step == problem.steps or not len(going)
                if record.unseen or last:
                    yield (problem.steps if last else step), problem.steps, record.arrays(shape)
                if last:
                    return
        runs.step(*_left(step + 1))
        if going is not None and len(going) < len(alive):
            runs, alive = runs.staying(going), alive[going]


class _Runs:
    """Runs trained as one batch: weights and AdamW's moments by name, [run, …], changed in place by each step."""

    def __init__(self, problem: Problem, task: "_Task", weights: Weights, tau: torch.Tensor, kept, moments=None):
        self.problem, self.task, self.weights, self.tau, self.kept = problem, task, weights, tau, kept
        self.moments = moments or {name: (torch.zeros_like(w), torch.zeros_like(w)) for name, w in weights.items()}
        self.rate = problem.rate / tau**2
        self.step = Step(self._step, [*weights.values(), *(one for pair in self.moments.values() for one in pair)])

    def staying(self, going: torch.Tensor) -> "_Runs":
        """Some of the runs, as they are."""
        weights = {name: w[going].detach() for name, w in self.weights.items()}
        moments = {name: (m[going], v[going]) for name, (m, v) in self.moments.items()}
        return _Runs(self.problem, self.task, weights, self.tau[going], self.kept, moments)

    def _step(self, *left) -> None:
        gradients = self.task.gradients(self.weights, self.tau)
        _adamw(self.weights, self.moments, gradients, self.rate, self.problem.decay, left, self.kept)


class _Task:
    """The table of one seed: which pairs are trained on, the gradient there, accuracies and losses of all pairs."""

    def __init__(self, problem: Problem, seed: int, device: str):
        self.answer = torch.tensor(modular.sums(problem.modulus), device=device)
        inside = modular.training(problem.modulus, problem.fraction, seed)
        self.sides = tuple(torch.tensor(np.flatnonzero(chosen), device=device) for chosen in (inside, ~inside))

    def gradients(self, weights: Weights, tau: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Of each run's loss over the pairs that are trained on."""
        size = len(tau) if tau.is_cuda else max(1, IN_HAND // len(self.sides[0]))
        groups = [slice(k, k + size) for k in range(0, len(tau), size)]
        parts = [self._gradients({name: w[group] for name, w in weights.items()}, tau[group]) for group in groups]
        return tuple(torch.cat(part) for part in zip(*parts, strict=True))

    def _gradients(self, weights: Weights, tau: torch.Tensor) -> tuple[torch.Tensor, ...]:
        leaves = [weight.detach().requires_grad_(True) for weight in weights.values()]
        named = dict(zip(weights, leaves, strict=True))
        loss = _cross_entropy(logits(named, tau, self.sides[0]), self.answer[self.sides[0]]).sum()
        return torch.autograd.grad(loss, leaves)

    @torch.no_grad()
    def accuracies(self, weights: Weights, tau: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Train and validation accuracy and the train loss, each [run]."""
        seen = []
        for pairs in self.sides:
            losses, right = torch.zeros(2, len(tau), device=tau.device)
            for some in pairs.split(TOGETHER):
                table, answer = logits(weights, tau, some), self.answer[some]
                losses += _cross_entropy(table, answer) * (len(some) / len(pairs))
                right += (table.argmax(-1) == answer).float().sum(1)
            seen += [right / len(pairs), losses]
        return seen[0], seen[2], seen[1]


def _grid(problem: Problem) -> list[np.ndarray]:
    taus, alphas = np.array(problem.taus, np.float32), np.array(problem.alphas, np.float32)
    return list(np.meshgrid(taus, alphas, indexing="ij"))


def _cross_entropy(table: torch.Tensor, answer: torch.Tensor) -> torch.Tensor:
    chosen = torch.log_softmax(table, -1).gather(-1, answer.expand(table.shape[0], -1)[..., None])
    return -chosen.mean((1, 2))


def _left(step: int) -> tuple[float, float]:
    """What of the moments' weights the first `step` steps hold: 1 − β^step."""
    return 1 - BETAS[0] ** step, 1 - BETAS[1] ** step


@torch.no_grad()
def _adamw(weights, moments, gradients, rate, decay, left, kept=()):
    """One AdamW step in place with a rate per run; decoupled decay on all weights but the `kept` ones."""
    for (name, weight), gradient in zip(weights.items(), gradients, strict=True):
        mean, square = moments[name]
        mean.lerp_(gradient, 1 - BETAS[0])
        square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
        unit = (mean / left[0]) / ((square / left[1]).sqrt() + 1e-8)
        speed = rate.view(-1, *[1] * (weight.ndim - 1))
        shrunk = weight if name in kept else weight * (1 - speed * decay)
        weight.copy_(shrunk - speed * unit)


def _axes(problem: Problem) -> ground.Arrays:
    return {
        "modulus": np.array(problem.modulus),
        "seed": problem.seed + np.arange(problem.seeds),
        "row": np.array(problem.rows),
        "tau": np.array(problem.taus),
        "alpha": np.array(problem.alphas),
        "steps": checkpoints(problem.steps),
    }


def _seconds(problem: Problem) -> float:
    runs = len(problem.alphas) * len(problem.taus) * len(problem.rows) * problem.seeds
    work = problem.modulus**2 * problem.width * (problem.width * 10 + problem.modulus)
    return runs * problem.steps * work * 2e-10 * problem.fraction


EXPERIMENT = ground.Experiment(
    name="grokking",
    committed=Problem(seeds=5),
    solution=Solution,
    axes=_axes,
    parts=lambda problem: tuple((s, row) for s in range(problem.seeds) for row in range(len(problem.rows))),
    train=train,
    seconds=_seconds,
    shown=("tau", "row"),
)

LARGER = replace(
    EXPERIMENT,
    committed=replace(EXPERIMENT.committed, modulus=97),
    options=" --modulus 97",
    variant="_97",
)
"""The same runs on four times as many pairs; also committed."""


if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
