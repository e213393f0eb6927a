"""The table-wide forward pass against a plain transformer on one pair at a time; AdamW against torch's; the record."""

import dataclasses

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.problems import grokking as page_model
from core.training.practice import grokking
from core.training.practice import harness as ground

TINY = grokking.Problem(alphas=(0.1, 10.0), taus=(0.5, 1.0), seeds=2, steps=20, modulus=7, width=8)


def plain_logits(weights, tau, i, j):
    """One run, one pair: tokens i, j, "=" through attention and MLP, written as the textbook does."""
    p = weights["token"].shape[0] - 1
    stream = weights["token"][[i, j, p]] + weights["position"]
    normal = torch.nn.functional.layer_norm(stream, stream.shape[-1:])
    heads = []
    for query, key, value in zip(
        *((normal @ weights[n]).chunk(grokking.HEADS, -1) for n in ("query", "key", "value")), strict=True
    ):
        weight = torch.softmax(query[-1] @ key.T / query.shape[-1] ** 0.5, 0)
        heads.append(weight @ value)
    last = stream[-1] + torch.cat(heads) @ weights["out"]
    last = last + torch.relu(torch.nn.functional.layer_norm(last, last.shape) @ weights["up"]) @ weights["down"]
    return tau * torch.nn.functional.layer_norm(last, last.shape) @ weights["read"]


def test_whole_table_is_the_plain_transformer():
    alphas, tau = torch.tensor([0.1, 1.0, 10.0]), torch.tensor([0.5, 1.0, 1.5])
    weights = {k: w.double() for k, w in grokking.initial(TINY, 3, alphas, "cpu").items()}
    table = grokking.logits(weights, tau.double(), torch.arange(49))
    for run in range(3):
        one = {name: w[run] for name, w in weights.items()}
        for i, j in ((0, 0), (2, 5), (6, 1)):
            expected = plain_logits(one, tau[run].double(), i, j)
            torch.testing.assert_close(table[run, 7 * i + j], expected, rtol=1e-10, atol=1e-12)


def test_start_divides_only_the_embeddings():
    weights = grokking.initial(TINY, 3, torch.tensor([1.0, 10.0]), "cpu")
    for name, weight in weights.items():
        factor = 10 if name in ("token", "position") else 1
        torch.testing.assert_close(weight[0], weight[1] * factor)


def test_optimiser_is_torch_adamw():
    ours = {"w": torch.linspace(-1, 1, 6).view(1, 2, 3).double()}
    theirs = ours["w"].clone().requires_grad_(True)
    reference = torch.optim.AdamW([theirs], lr=0.01, betas=(0.9, 0.98), weight_decay=0.5)
    moments = {"w": (torch.zeros_like(ours["w"]), torch.zeros_like(ours["w"]))}
    for step in range(1, 8):
        theirs.grad = (theirs.detach() - 2) * step
        gradient = (ours["w"] - 2) * step
        grokking._adamw(
            ours, moments, (gradient,), torch.tensor([0.01], dtype=torch.float64), 0.5, grokking._left(step)
        )
        reference.step()
    torch.testing.assert_close(ours["w"], theirs.detach(), rtol=1e-12, atol=1e-12)


def test_runs_do_not_see_each_other():
    alone = dataclasses.replace(TINY, alphas=(10.0,), taus=(1.0,))
    *_, (_, _, single) = grokking.train(alone, (1, 0))
    *_, (_, _, batch) = grokking.train(TINY, (1, 0))
    np.testing.assert_allclose(batch["train_loss"][1, 1], single["train_loss"][0, 0], rtol=1e-4)


def test_snapshots_grow_to_the_whole_result():
    snapshots = list(ground.run(grokking.EXPERIMENT, TINY))
    done = [snapshot.done for snapshot in snapshots]
    assert done == sorted(done) and done[-1] == snapshots[-1].total == 100
    solution = snapshots[-1].solution
    assert solution.train_accuracy.shape == (2, 2, 2, 2, len(solution.steps))
    assert np.isfinite(solution.train_loss).all() and np.isnan(solution.grokked).all()


def test_grokking_run_stops_and_is_recorded():
    small = {"seeds": 1, "steps": 400, "modulus": 5, "fraction": 0.9, "width": 16, "rows": ("all weights",)}
    easy = dataclasses.replace(TINY, alphas=(1.0,), taus=(0.5,), **small)
    *_, last = ground.run(grokking.EXPERIMENT, easy)
    (grokked,) = last.solution.grokked.ravel()
    assert 0 < grokked < 400 and last.solution.fitted.item() <= grokked
    after = last.solution.steps > grokked
    assert np.isnan(last.solution.validation_accuracy[..., after]).all()


@pytest.mark.parametrize(
    "bad", [{"alphas": ()}, {"taus": ()}, {"rows": ()}, {"modulus": 1}, {"width": 12.5e9}, {"rate": float("nan")}]
)
def test_bad_problems_are_refused_in_a_sentence(bad):
    with pytest.raises(OutsideTheory):
        grokking.Problem(**bad)


def test_weights_that_are_kept_from_decay_only_take_the_step():
    weights = {name: torch.ones(1, 2, 2) for name in ("token", "up")}
    moments = {name: (torch.zeros(1, 2, 2), torch.zeros(1, 2, 2)) for name in weights}
    gradients = tuple(torch.zeros(1, 2, 2) for _ in weights)
    grokking._adamw(weights, moments, gradients, torch.tensor([0.1]), 1.0, grokking._left(1), ("token",))
    assert (weights["token"] == 1).all() and torch.allclose(weights["up"], torch.tensor(0.9))


def test_recorded_runs_are_restricted_to_the_choice():
    problem = grokking.Problem(alphas=(0.1, 10), taus=(1.5,), tau=0.5, row="all but embeddings")
    solution = page_model.recorded(problem)
    assert solution.alpha.tolist() == pytest.approx([0.1, 10]) and solution.tau.tolist() == [0.5, 1.5]
    seeds = grokking.EXPERIMENT.committed.seeds
    assert solution.grokked.shape == (seeds, 1, 2, 2) and solution.row.tolist() == ["all but embeddings"]
    assert page_model.counts(solution)[0.5][1] == 2 * seeds
    assert page_model.of_row(solution, problem.row).train_accuracy.shape == (seeds, 2, 2, len(solution.steps))


def test_counts_take_never_for_longest_and_leave_out_pairs_without_an_end():
    stored = page_model.of_row(ground.read(grokking.EXPERIMENT).solution, grokking.Problem().row)
    shape = (1, 1, len(stored.alpha))
    fitted, grokked = np.full(shape, 50.0), np.full(shape, 100.0)
    grokked[..., list(stored.alpha).index(1)] = np.nan
    one = dataclasses.replace(stored, fitted=fitted, grokked=grokked)
    claims = page_model.claims(one)
    assert (claims.waits_less.seen, claims.fits_sooner.seen, claims.groks_sooner.runs) == (1, 0, 1)
    assert page_model.middle(np.array([3.0, np.nan])) == "never" and page_model.middle(np.array([3.0, 1001])) == "502"


def test_a_page_run_is_bounded():
    for problem in (grokking.Problem(), grokking.Problem(width=128, steps=30000)):
        brief = page_model.brief(problem)
        assert brief.seeds == 1 and brief.taus == (0.5,) and grokking.EXPERIMENT.seconds(brief) <= 31
