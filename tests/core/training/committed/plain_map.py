"""The regime map compared with plain numpy descent on a small network, and with its stored corners."""

import json
from dataclasses import replace
from unittest import mock

import numpy as np

from core.datasets.teacher_student import Teacher, TeacherStudent, mirrored
from core.problems.regime_map import ASSET
from core.training.regime_map import DELTAS, SEEDS, TAUS, sweep
from tests.core.training.committed.agreement import close, fingerprint

STEPS = (0, 1, 2, 5, 10)
SMALL = replace(sweep.PAPER, d=6, n=40, width=8, checkpoints=STEPS)
CELLS = ((0.1, 1.0), (0.5, -1.0), (1.5, 0.5))
CORNERS = ((0, 0), (0, -1), (-1, 0), (-1, -1))
SURE = {"kernel_distance": 1e-6, "hamming_distance": 0.01, "parameter_distance": 0, "train_loss": 0, "test_loss": 0}
"""What a few of the 50 000 switches that stand at their threshold may change."""


def small_draw(seed: int) -> TeacherStudent:
    """A teacher, a mirrored student and data of numpy's generator."""
    random = np.random.default_rng(seed)

    def rows(count: int) -> np.ndarray:
        drawn = random.standard_normal((count, SMALL.d))
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    teacher = Teacher(rows(3), np.array([1.0, -1.0, 1.0]))
    student = mirrored(rows(SMALL.width // 2), np.array([1.0, 1.0, -1.0, 1.0]))
    X, X_test = rows(SMALL.n), rows(60)
    return TeacherStudent(teacher, student, X, teacher.labels(X), X_test, teacher.labels(X_test))


def plain_outputs(W: np.ndarray, a: np.ndarray, X: np.ndarray) -> np.ndarray:
    return np.array([sum(a_k * max(w_k @ x, 0.0) for a_k, w_k in zip(a, W, strict=True)) for x in X])


def plain_jacobian(W: np.ndarray, a: np.ndarray, X: np.ndarray) -> np.ndarray:
    """∂f(x_i)/∂(W, a), one row a sample."""
    on = (X @ W.T > 0).astype(float)
    by_w = np.einsum("nm,m,nd->nmd", on, a, X).reshape(len(X), -1)
    return np.hstack([by_w, on * (X @ W.T)])


def plain_cell(data: TeacherStudent, tau: float, delta: float) -> np.ndarray:
    """The five measures at STEPS of descent on the mean of squares at the rate 0.005/τ², [5, step]."""
    balance = np.hypot(delta, 2 * tau**2)
    a = np.sqrt((balance + delta) / 2) * data.student.signs
    W = np.sqrt((balance - delta) / 2) * data.student.directions
    first, rows = (W, a), []
    for step in range(STEPS[-1] + 1):
        J = plain_jacobian(W, a, data.X)
        wrong = plain_outputs(W, a, data.X) - data.y
        if step in STEPS:
            J_0 = plain_jacobian(*first, data.X)
            K_0, K = J_0 @ J_0.T, J @ J.T
            switched = (data.X @ W.T > 0) != (data.X @ first[0].T > 0)
            rows.append([
                1 - (K * K_0).sum() / np.linalg.norm(K) / np.linalg.norm(K_0),
                switched.mean(0).sum(),
                np.sqrt(((W - first[0]) ** 2).sum() + ((a - first[1]) ** 2).sum()),
                (wrong**2).mean(),
                ((plain_outputs(W, a, data.X_test) - data.y_test) ** 2).mean(),
            ])  # fmt: skip
        change = 0.005 / tau**2 * 2 / len(wrong) * J.T @ wrong
        W, a = W - change[: W.size].reshape(W.shape), a - change[W.size :]
    return np.array(rows).T


def steps() -> None:
    """Ten steps of three small cells, upstream, balanced and downstream: every measure from its definition."""
    data = small_draw(0)
    with mock.patch.object(sweep, "_drawn", lambda *_: (data, data.X_test)):
        for cell in CELLS:
            ours = sweep.run_cell(SMALL, (*cell, 0)).arrays().values()
            single = (1e-6, 1e-6, 1e-6, 1e-6, 1e-5)
            for name, mine, plain, rtol in zip(sweep.MEASURES, ours, plain_cell(data, *cell), single, strict=True):
                close(mine, plain, f"{name} of {cell}", rtol=rtol)


def committed() -> tuple[dict[str, np.ndarray], dict]:
    """The stored arrays, and how they were made."""
    with np.load(ASSET, allow_pickle=False) as file:
        arrays = dict(file)
    return arrays, json.loads(str(arrays.pop("made")))


def problem() -> None:
    """The file holds exactly the paper's problem, which has the known fingerprint, on the paper's axes."""
    arrays, made = committed()
    stored = sweep.Problem(**{**made["problem"], "checkpoints": tuple(made["problem"]["checkpoints"])})
    assert stored == sweep.PAPER
    assert fingerprint(sweep.PAPER) == "721c32b3ba9a2518"
    axes = {"seed": SEEDS, "tau": TAUS, "delta": DELTAS, "checkpoint": sweep.CHECKPOINTS}
    for name, axis in axes.items():
        close(arrays[name], axis, name, rtol=1e-12)
    assert all(arrays[name].shape == (16, 17, 17, 11) for name in sweep.MEASURES)


def stored() -> None:
    """One cell in each corner to step 300. Upstream at small τ the first steps are chaotic: there, only the tenth is sure."""
    arrays, _ = committed()
    short = replace(sweep.PAPER, checkpoints=sweep.CHECKPOINTS[:4])
    for i, j in CORNERS:
        tau, delta = arrays["tau"][i], arrays["delta"][j]
        ours = sweep.run_cell(short, (float(tau), float(delta), 100)).arrays().values()
        for name, mine in zip(sweep.MEASURES, ours, strict=True):
            known = arrays[name][0, i, j, :4]
            wild = (i, j) == (0, -1)
            what = f"{name} at τ = {tau:.3g}, δ = {delta:g}"
            close(mine[:1], known[:1], what, rtol=1e-3, atol=SURE[name])
            close(mine[1:], known[1:], what, rtol=0.1 if wild else 1e-2, atol=SURE[name])
