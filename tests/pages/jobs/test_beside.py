"""Theory first, the run at the next look; a refused run costs nothing but its sentence."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from core.errors import OutsideTheory
    from pages.jobs.beside import beside

    def simulate(problem):
        if problem == 2:
            raise OutsideTheory("Too many steps", got=2, do="Take fewer.")
        return problem * 10

    problem = st.slider("n", 1, 3, 1)
    beside("try", problem, simulate, lambda run: st.text(f"theory {problem}, run {run}"))


def test_theory_is_painted_before_the_run_and_both_after():
    test = AppTest.from_function(page).run()
    assert [text.value for text in test.text] == ["theory 1, run None"]
    assert [text.value for text in test.run().text] == ["theory 1, run 10"]
    test.slider[0].set_value(3).run()
    assert [text.value for text in test.text] == ["theory 3, run None"]
    assert [text.value for text in test.run().text] == ["theory 3, run 30"]


def test_a_refused_run_leaves_the_theory_and_says_why():
    test = AppTest.from_function(page).run()
    test.slider[0].set_value(2).run()
    test.run()
    assert [text.value for text in test.text] == ["theory 2, run None"]
    assert "Too many steps" in test.warning[0].value
    assert not test.exception
