"""Own files on the page: what a file leaves open is asked beside the controls, guesses and arrays are shown, movement too."""

import io
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")
RNG = np.random.default_rng(1)
W, A = RNG.standard_normal((9, 4)), RNG.standard_normal((1, 9))
X = RNG.standard_normal((20, 4))


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def words(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.warning, test.error, test.info, test.code)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def brought(**files: tuple[str, bytes]) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120)
    test.switch_page("pages/initialisation.py")
    test.run()
    for key, (name, data) in files.items():
        test.file_uploader(key=key).upload(name, data, "application/octet-stream")
    return test.run()


def test_a_network_and_a_table_are_read_and_accounted_for():
    rows = "\n".join(";".join(f"{v:.4f}".replace(".", ",") for v in [*row, row[0]]) for row in X)
    files = {"file_weights": ("net.npz", npz(w=W, a=A)), "file_data": ("data.csv", ("a;b;c;d;y\n" + rows).encode())}
    test = brought(**files)
    said = words(test)
    assert not test.exception and not test.error and not test.warning
    assert "Decimal sign: comma (--decimal)" in said and "Read as regression" in said
    assert "| `w` | 9 × 4 | weights of layer 1 |" in said


def test_a_question_is_answered_by_the_control_that_it_names():
    test = brought(file_weights=("auto.npz", npz(w1=np.eye(5) + 1, w2=np.eye(5) + 2)))
    assert any("--layout" in warning.value for warning in test.warning) and not test.error
    test.button_group(key="file_layout").set_value("out_in").run()
    assert not test.warning and "Matrices are stored [out, in]: as given" in words(test)
    test.multiselect(key="file_order").set_value(["w2", "w1"]).run()
    assert "Order of the layers: as given" in words(test)


def test_a_part_of_a_checkpoint_is_picked():
    both = {f"{net}.{k}.weight": w for net in ("actor", "critic") for k, w in (("0", W), ("2", A))}
    test = brought(file_weights=("agent.npz", npz(**both)))
    assert any("--only actor or critic" in warning.value for warning in test.warning)
    test.selectbox(key="file_only").set_value("critic").run()
    assert not test.warning and "outside the part that was chosen" in words(test)


def test_two_states_show_what_training_moved():
    later = npz(w=W + 0.4 * RNG.standard_normal(W.shape), a=A)
    test = brought(file_weights=("end.npz", later), file_before=("start.npz", npz(w=W, a=A)))
    assert not test.exception and not test.error
    names = [metric.label for metric in test.metric]
    assert "kernel distance" in names and "activations flipped" in names
    assert "its two terms moved" in words(test)


def test_a_pickle_gets_the_lines_that_convert_it():
    test = brought(file_weights=("model.pkl", b"\x80\x04\x95rest"))
    assert "never opened" in test.error[0].value and "joblib.load" in words(test)


def test_a_zero_readout_has_a_delta_but_no_lever():
    test = brought(file_weights=("zero.npz", npz(w=W, a=0 * A)))
    assert not test.exception and not test.error
    assert any("all zero" in info.value for info in test.info)
