"""Teacher–student: a step size that diverges is told with a way out; the four panels follow the page's seed."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")


def run(**query: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120)
    test.switch_page("pages/teacher_student.py")
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def test_a_diverging_step_size_comes_with_a_button_that_cures_it(charts):
    test = run(rate="1")
    assert "η·λ_max" in test.error[0].value and "> 2" in test.error[0].value
    next(button for button in test.button if "automatic" in button.label).click()
    test.run()
    assert not test.error and not test.exception
    assert len(charts(test)) == 2


def test_a_run_too_long_to_wait_for_is_refused_before_it_starts():
    test = run(samples="200", width="200", eta_a="100", eta_w="100", end="1000")
    assert "too stiff" in test.error[0].value


def test_the_four_panels_are_below_and_carry_the_page_s_controls(charts):
    hero, four = charts(run(seed="7"))
    assert [len(chart["panels"]) for chart in (hero, four)] == [3, 4]
    assert {panel["figure"]["layout"]["meta"]["seed"] for panel in four["panels"]} == {7}
