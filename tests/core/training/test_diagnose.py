"""The report: units, refusals, factors that reach the aim and keep the function, PyTorch lines as run, the command."""

import io
import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
import safetensors.torch
import torch

from core.errors import OutsideTheory
from core.problems.initialisation import Problem, drawn
from core.training.diagnose import as_json, as_text, diagnose, main
from core.training.initialisation.layers import imbalance, make_layers, rescale
from core.training.initialisation.report import pytorch_lines
from core.training.initialisation.slope import given_slope
from core.training.initialisation.weights_file import norms_of, read_weights

NET = drawn(Problem(width=64, d=10))


@pytest.mark.parametrize("aim", [-3.0, -0.1, 0.0, 0.5, 10.0])
@pytest.mark.parametrize("rates", [(1.0, 1.0), (0.1, 7.0)])
def test_factors_reach_the_aim_and_keep_the_function(aim, rates):
    report = diagnose(NET, slope=given_slope(2.0), aim=aim, rates=rates)
    assert np.prod(report.factors) == pytest.approx(1)
    assert report.reached == pytest.approx(aim, abs=1e-9)
    assert report.unchanged is not None and report.unchanged < 1e-12
    moved = rescale(make_layers(NET.weights, rates=rates), report.factors)
    assert imbalance(moved)[0].mean() == pytest.approx(aim * np.sqrt(rates[0] * rates[1]) * 2.0, abs=1e-9)


def test_dimensionless_delta_does_not_depend_on_units_of_data_or_time():
    """x → cx needs w → w/c and divides the slope; a common factor on both rates is a unit of time."""

    def medians(layers, slope):
        return diagnose(layers, slope=given_slope(slope)).pairs[0].dimensionless

    weights = NET.weights
    base = medians(make_layers(weights, rates=(2.0, 3.0)), 1.5)
    faster = medians(make_layers(weights, rates=(20.0, 30.0)), 1.5)
    grown = medians(make_layers([3 * weights[0], 3 * weights[1]], rates=(2.0, 3.0)), 9 * 1.5)
    np.testing.assert_allclose(faster, base, rtol=1e-12)
    np.testing.assert_allclose(grown, base, rtol=1e-12)


def test_default_is_downstream_at_slope_one_and_balanced_at_a_steep_target():
    assert diagnose(NET, slope=given_slope(1.0)).regime == "downstream"
    assert diagnose(NET, slope=given_slope(10.0)).regime == "balanced"


def test_regime_is_refused_without_slope_and_under_normalisation():
    assert diagnose(NET).regime == "not known" and "no meaning" in diagnose(NET).no_slope
    normed = make_layers(NET.weights, normalised=True)
    report = diagnose(normed, slope=given_slope(1.0))
    assert report.regime == "not known" and "Normalisation" in report.warnings[0]


def test_pasted_norms_give_the_same_report_but_what_needs_weights():
    whole, pasted = (diagnose(n, slope=given_slope(1.0), rates=(1.0, 2.0)) for n in (NET, norms_of(NET)))
    assert whole.pairs == pasted.pairs and whole.factors == pasted.factors and whole.pytorch == pasted.pytorch
    assert pasted.unchanged is None and pasted.speed is None


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("hidden", [1, 3])
def test_pytorch_lines_rescale_a_model_and_keep_its_function(bias, hidden):
    torch.manual_seed(0)
    sizes = [5, *[12] * hidden, 2]
    modules = []
    for i, o in itertools.pairwise(sizes):
        modules += [torch.nn.Linear(i, o, bias=bias, dtype=torch.float64), torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    layers = read_weights(safetensors.torch.save(model.state_dict()))
    report = diagnose(layers, slope=given_slope(1.0), aim=0.8)
    X = torch.randn(50, 5, dtype=torch.float64)
    before = model(X).detach().clone()
    exec(report.pytorch, {"torch": torch, "model": model})
    np.testing.assert_allclose(model(X).detach().numpy(), before.numpy(), rtol=1e-9, atol=1e-12)
    after = read_weights(safetensors.torch.save(model.state_dict()))
    expected = rescale(layers, report.factors)
    for ours, theirs in zip(after.weights, expected.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    if hidden == 1:
        assert len(report.pytorch.splitlines()) == 3
        assert diagnose(after, slope=given_slope(1.0)).pairs[0].mean == pytest.approx(0.8, rel=1e-6)


@pytest.mark.parametrize("bias", [False, True])
def test_a_schemes_lines_rescale_any_model_of_linear_layers(bias):
    torch.manual_seed(0)
    sizes = (10, 64, 64, 1)
    modules = [torch.nn.Linear(i, o, bias=bias, dtype=torch.float64) for i, o in itertools.pairwise(sizes)]
    model = torch.nn.Sequential(modules[0], torch.nn.ReLU(), modules[1], torch.nn.ReLU(), modules[2])
    X = torch.randn(50, 10, dtype=torch.float64)
    before = model(X).detach().clone()
    report = diagnose(drawn(Problem(width=64, hidden=2)), slope=given_slope(1.0))
    assert len(report.pytorch.splitlines()) == 3
    weight = modules[0].weight.detach().clone()
    exec(report.pytorch, {"torch": torch, "model": model})
    np.testing.assert_allclose(model(X).detach().numpy(), before.numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(modules[0].weight.detach().numpy(), report.factors[0] * weight.numpy(), rtol=1e-10)


def test_lines_for_arrays_of_another_library_rescale_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, last = NET.weights
    np.savez("weights.npz", **{"dense/kernel": first.T, "dense/bias": np.ones(64), "dense_1/kernel": last.T})
    report = diagnose(read_weights((tmp_path / "weights.npz").read_bytes()), slope=given_slope(1.0), aim=0.8)
    exec(report.pytorch, {"numpy": np})
    after = diagnose(read_weights((tmp_path / "rescaled.npz").read_bytes()), slope=given_slope(1.0))
    assert after.pairs[0].mean == pytest.approx(0.8, rel=1e-6)


def test_lines_rescale_a_model_under_weight_norm():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(5, 12), torch.nn.ReLU(), torch.nn.Linear(12, 2)).double()
    torch.nn.utils.parametrizations.weight_norm(model[0])
    X = torch.randn(50, 5, dtype=torch.float64)
    before = model(X).detach().clone()
    report = diagnose(read_weights(safetensors.torch.save(model.state_dict())), slope=given_slope(1.0), aim=0.8)
    exec(report.pytorch, {"torch": torch, "model": model})
    np.testing.assert_allclose(model(X).detach().numpy(), before.numpy(), rtol=1e-9, atol=1e-12)
    after = read_weights(safetensors.torch.save(model.state_dict()))
    assert diagnose(after, slope=given_slope(1.0)).pairs[0].mean == pytest.approx(0.8, rel=1e-6)


def test_no_change_gives_lines_that_run():
    named = make_layers(NET.weights, names=["fc", "out"])
    exec(pytorch_lines(norms_of(named), (1.0, 1.0)), {"torch": torch, "model": None})


def test_biases_decay_and_adam_are_told():
    biased = make_layers(NET.weights, [np.ones(64), np.ones(1)])
    warnings = " ".join(diagnose(biased, weight_decay=0.1, adam=True).warnings)
    assert all(word in warnings for word in ("Biases", "Weight decay", "Adam"))


@pytest.mark.parametrize("options", [{"aim": np.nan}, {"rates": (1.0,)}, {"rates": (1.0, -1.0)}, {"aim": 1e30}])
def test_bad_requests_get_a_sentence(options):
    with pytest.raises(OutsideTheory):
        diagnose(NET, slope=given_slope(1.0), **options)


def test_text_and_json_say_the_same():
    report = diagnose(NET, slope=given_slope(1.0))
    found = json.loads(as_json(report))
    assert found["regime"] == "downstream" and found["pytorch"] in as_text(report)


def saved(tmp_path, **arrays):
    path = tmp_path / "file.npz"
    np.savez(path, **arrays)
    return str(path)


def test_command_prints_text_and_json(tmp_path):
    weights = saved(tmp_path, w=NET.weights[0], a=NET.weights[1])
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 10))
    (tmp_path / "data.csv").write_text("\n".join(",".join(map(str, [*row, row[0]])) for row in X))
    command = [sys.executable, "-m", "core.training.diagnose", weights, "--data", str(tmp_path / "data.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    text, found = done.stdout.split("\n\n{", 1)
    assert "δ" in text and json.loads("{" + found)["regime"] == "downstream"


def status(arguments):
    try:
        return main(arguments)
    except SystemExit as ended:
        return ended.code


@pytest.mark.parametrize(
    "content, options, words",
    [
        (b"nonsense", [], "NPZ or safetensors"),
        (None, [], "No such file"),
        ("net", ["--data", "missing.csv"], "No such file"),
        ("net", ["--slope", "-1"], "positive"),
        ("net", ["--rates", "1"], "rates"),
        ("net", ["--rates", "x"], "--rates"),
        ("net", ["--slope", "x"], "--slope"),
        ("net", ["--layout", "rows"], "--layout"),
        ("net", ["--order", "w,b"], "'b'"),
        ("net", ["--order", "w"], "two layers"),
        ("net", ["--only", "encoder"], "'encoder'"),
        ("net", ["--before", "missing.npz"], "No such file"),
        ("net", ["--before-prefix", "init"], "'init'"),
        ("net", ["--data", "/"], "directory"),
        ("net", ["--separator", "dots"], "--separator"),
        ("net", ["--format", "xml"], "--format"),
        ("net", ["--aim", "nan"], "aim"),
    ],
)
def test_command_refuses_in_a_sentence(tmp_path, capsys, content, options, words):
    path = tmp_path / "weights.npz"
    if content == "net":
        file = io.BytesIO()
        np.savez(file, w=NET.weights[0], a=NET.weights[1])
        path.write_bytes(file.getvalue())
    elif content is not None:
        path.write_bytes(content)
    assert status([str(path), *options]) == 2
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and not said.out


def test_command_with_data_that_cannot_tell_says_why(tmp_path, capsys):
    weights = saved(tmp_path, w=NET.weights[0], a=NET.weights[1])
    data = tmp_path / "data.csv"
    data.write_text("\n".join(",".join(["1"] * 10 + ["0"]) for _ in range(20)))
    assert main([weights, "--data", str(data), "--task", "regression", "--format", "text"]) == 0
    printed = capsys.readouterr().out
    assert "not known" in printed and "cannot be estimated" in printed
