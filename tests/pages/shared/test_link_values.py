"""What a link's text means: the nearest allowed value, one clear sentence where that is another, and none of it set in type."""

import math

import pytest

from core.params import knob
from pages.shared.link import quoted, read
from pages.shared.link_values import read_link

SLIDER = knob(-2.0, "relative scale δ", low=-10.0, high=10.0, step=0.05).metadata["knob"]
ROUND = knob(1.0, "η_a", low=0.1, high=10.0, scale="log").metadata["knob"]
CHOICE = knob("linear", "network", options={"linear": "", "relu": ""}).metadata["knob"]
SEVERAL = knob((-4, 0), "δ", options={-4: "", 0: "", 4: ""}, many=True).metadata["knob"]
SWITCH = knob(False, "biases").metadata["knob"]

ASKED = [
    (SLIDER, -2.0, "1", 1.0, ""),
    (SLIDER, -2.0, " −1 ", -1.0, ""),
    (SLIDER, -2.0, "1e9", 10.0, "asked for it = 1e9; it goes from −10 to 10. 10 is used."),
    (SLIDER, -2.0, "nan", -2.0, "asked for it = nan; it goes from −10 to 10. −2 is used."),
    (SLIDER, -2.0, "1_0", -2.0, r"asked for it = 1\_0; it goes from −10 to 10. −2 is used."),
    (SLIDER, -2.0, "", -2.0, "gives it no value; −2 is used."),
    (SLIDER, -2.0, ["3", "4"], 3.0, "gives it 2 times; 3 is used."),
    (SLIDER, -2.0, ["3", "3"], 3.0, ""),
    (SLIDER, -2.0, "[a](b)", -2.0, r"asked for it = \[a\](b); it goes from −10 to 10. −2 is used."),
    (SLIDER, -2.0, "9" * 3000, 10.0, f"asked for it = {'9' * 39}…; it goes from −10 to 10. 10 is used."),
    (ROUND, 1.0, "0.37", 0.4, "asked for it = 0.37; it goes from 0.1 to 10 in round steps. 0.4 is used."),
    (CHOICE, "linear", "ReLU", "relu", ""),
    (CHOICE, "linear", "tanh", "linear", "asked for it = tanh; the choices are linear, relu. linear is used."),
    (SEVERAL, (-4, 0), ["−4", "4"], (-4, 4), ""),
    (SEVERAL, (-4, 0), ["-4", "9"], (-4,), "asked for it = −4, 9; the choices are −4, 0, 4. −4 is used."),
    (SEVERAL, (-4, 0), [""], (-4, 0), "gives it no value; −4, 0 is used."),
    (SWITCH, False, "TRUE", True, ""),
    (SWITCH, False, "2", False, "asked for it = 2; it is a switch, true or false. false is used."),
]


@pytest.mark.parametrize("meaning, default, raw, value, note", ASKED, ids=[str(row[2])[:20] for row in ASKED])
def test_a_value_is_read_and_what_is_another_is_said(meaning, default, raw, value, note):
    assert read_link("it", meaning, raw, default) == (value, f"The link {note}" if note else "")
    assert not isinstance(value, float) or math.isfinite(value)


VIEWS = [
    ({"t": "nan"}, "cursor"),
    ({"t": "abc"}, "cursor"),
    ({"t": "1_2"}, "cursor"),
    ({"cam": "1_2"}, "camera"),
    ({"cam": "nan_1_1_1_1_1"}, "camera"),
    ({"pic": "loss"}, "picture"),
]


@pytest.mark.parametrize("query, what", VIEWS)
def test_a_view_that_cannot_be_read_is_named(query, what):
    [note] = read(query, 3)[1]
    assert note.startswith(f"The link's {what}, ") and note.endswith("it is ignored.")
    assert read({"t": "0.3", "cam": "1_2_3_0_0_0", "pic": "2"}, 3)[1] == []


def test_what_a_link_says_is_not_set_in_type():
    assert quoted("**a** $x$ `c` <b> -1") == r"\*\*a\*\* \$x\$ \`c\` \<b\> −1"
    assert len(quoted("a" * 99)) == 30
