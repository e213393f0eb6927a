"""Grokking compared with a plain transformer, one network at a time, under torch's own attention and AdamW."""

from dataclasses import replace
from unittest import mock

import numpy as np
import torch
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

from core.datasets import modular
from core.training.practice import grokking, harness
from tests.core.training.committed.agreement import close, copied, drawn, last, watched

SMALL = grokking.Problem(alphas=(0.1, 3), taus=(0.5, 1), seeds=1, steps=10, modulus=7, width=8, rate=2**-8)
"""Rates that float32 holds exactly, as the code keeps them so."""
EASY = replace(SMALL, alphas=(1,), taus=(0.5,), steps=100, fraction=0.9, width=16)
EMBEDDINGS = ("token", "position")
LINEAR = ("query", "key", "value", "out", "up", "down", "read")


def start(problem: grokking.Problem) -> list[dict[str, torch.Tensor]]:
    """One start a run, τ slowest: float64 from numpy, embeddings over α, linear maps of variance 1 / fan-in."""
    p, d = problem.modulus, problem.width
    shapes = {"token": (p + 1, d), "position": (3, d), **{name: (d, d) for name in LINEAR[:4]}}
    shapes |= {"up": (d, 4 * d), "down": (4 * d, d), "read": (d, p)}
    one = drawn(shapes, {name: shape[0] ** -0.5 if name in LINEAR else 1.0 for name, shape in shapes.items()})
    return [
        {name: weight / alpha if name in EMBEDDINGS else weight.clone() for name, weight in one.items()}
        for _ in problem.taus
        for alpha in problem.alphas
    ]


def plain_logits(weights: dict[str, torch.Tensor], tau: float) -> torch.Tensor:
    """[p², p]: every pair by itself as three tokens i, j, "=" through attention and MLP, as textbooks write it."""
    p = len(weights["token"]) - 1
    pairs = torch.cartesian_prod(torch.arange(p), torch.arange(p), torch.tensor([p]))
    stream = weights["token"][pairs] + weights["position"]
    heads = [
        (_normal(stream) @ weights[name]).unflatten(-1, (4, -1)).transpose(1, 2) for name in ("query", "key", "value")
    ]
    mixed = scaled_dot_product_attention(*heads)[:, :, -1].flatten(1)
    stream = stream[:, -1] + mixed @ weights["out"]
    stream = stream + torch.relu(_normal(stream) @ weights["up"]) @ weights["down"]
    return tau * _normal(stream) @ weights["read"]


def _normal(stream: torch.Tensor) -> torch.Tensor:
    centred = stream - stream.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()


def plain_run(problem: grokking.Problem, weights: dict[str, torch.Tensor], tau: float, row: str):
    """Weights and train loss before every step, and the steps that first fit and first grok (both accuracies ≥ 0.99),
    looked at every tenth step."""
    weights = {name: weight.clone().requires_grad_(True) for name, weight in weights.items()}
    spared = [weights[name] for name in EMBEDDINGS] if row == "all but embeddings" else []
    decaying = [weight for weight in weights.values() if not any(weight is one for one in spared)]
    groups = [{"params": decaying, "weight_decay": problem.decay}, {"params": spared, "weight_decay": 0}]
    groups = [group for group in groups if group["params"]]
    optimiser = torch.optim.AdamW(groups, lr=problem.rate / tau**2, betas=(0.9, 0.98), eps=1e-8)
    answer = torch.tensor(modular.sums(problem.modulus))
    trained = torch.tensor(modular.training(problem.modulus, problem.fraction, problem.seed))
    seen, losses, fitted, grokked = [], [], np.nan, np.nan
    for step in range(problem.steps + 1):
        table = plain_logits(weights, tau)
        loss = cross_entropy(table[trained], answer[trained])
        seen.append(copied(weights))
        losses.append(loss.item())
        right = (table.argmax(-1) == answer).double()
        if step % 10 == 0 and right[trained].mean() >= 0.99:
            fitted = step if np.isnan(fitted) else fitted
            if right[~trained].mean() >= 0.99:
                return seen, losses, fitted, step
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return seen, losses, fitted, grokked


def _trained(problem: grokking.Problem, row: int = 0):
    """The weights of every step, what is recorded, and the starts."""
    starts = start(problem)
    stacked = {name: torch.stack([one[name] for one in starts]) for name in starts[0]}
    with (
        mock.patch.object(grokking, "initial", lambda *_: stacked),
        watched(grokking, "_adamw", lambda weights, *_: copied(weights)) as seen,
    ):
        return seen, last(grokking.train(problem, (0, row))), starts


def steps() -> None:
    """Ten steps of four networks under either kind of decay: every weight before every step, and the losses."""
    for place, kind in enumerate(SMALL.rows):
        seen, arrays, starts = _trained(SMALL, place)
        for run, one in enumerate(starts):
            cell = divmod(run, len(SMALL.alphas))
            weights, losses, *_ = plain_run(SMALL, one, SMALL.taus[cell[0]], kind)
            assert len(seen) == SMALL.steps
            for step, theirs in enumerate(weights[:-1]):
                close({name: w[run] for name, w in seen[step].items()}, theirs, f"{kind}, run {run}, step {step}")
            close(arrays["train_loss"][cell], [losses[0], losses[10]], f"{kind}, loss of run {run}")


def stop() -> None:
    """An easy problem fits, then groks, at the same steps, and leaves there."""
    seen, arrays, (one,) = _trained(EASY)
    weights, _, fitted, grokked = plain_run(EASY, one, 0.5, EASY.rows[0])
    assert 0 < fitted < grokked < EASY.steps
    assert (arrays["fitted"].item(), arrays["grokked"].item()) == (fitted, grokked)
    assert len(seen) == len(weights) - 1


def draws() -> None:
    """The start behind the committed runs: torch's stream of the seed, in this order."""
    generator = torch.Generator().manual_seed(4)
    alphas = torch.tensor([0.1, 10.0])
    ours = grokking.initial(grokking.Problem(modulus=5, width=8), 4, alphas, "cpu")
    shapes = {"token": (6, 8), "position": (3, 8), **{name: (8, 8) for name in LINEAR[:4]}}
    for name, shape in {**shapes, "up": (8, 32), "down": (32, 8), "read": (8, 5)}.items():
        one = torch.randn(shape, generator=generator)
        for run, alpha in enumerate((0.1, 10.0)):
            divisor = alpha if name in ("token", "position") else shape[0] ** 0.5
            close(ours[name][run], one / divisor, name, atol=1e-6)


def stored(experiment: harness.Experiment) -> None:
    """The committed losses of the start and after ten steps: seed 0, the first kind of decay, smallest τ, both ends of α."""
    result = harness.read(experiment)
    ends = replace(result.problem, alphas=result.problem.alphas[:: len(result.problem.alphas) - 1], taus=(0.5,))
    arrays = next(arrays for step, _, arrays in grokking.train(ends, (0, 0)) if step == 10)
    known = result.solution.train_loss[0, 0, :1, [0, -1], :2].swapaxes(0, 1)
    close(arrays["train_loss"][..., :2], known, "stored losses", rtol=5e-3)
