"""Scenes that belong together: one camera, one clock, on a desk and on a phone."""

import pytest

CAMERAS = """() => [...document.querySelectorAll('.js-plotly-plot')].filter(p => p._fullLayout?.scene?._scene)
  .map(p => { const { x, y, z } = p._fullLayout.scene._scene.getCamera().eye; return [x, y, z] })"""
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}


def cameras(seen) -> list[list[float]]:
    return seen.tab.evaluate(CAMERAS)


def test_turning_one_scene_turns_all(visit):
    seen = visit(height=720, reduced_motion="reduce").open("geometry?surfaces=three")
    before = cameras(seen)
    box = seen.tab.locator(".js-plotly-plot").nth(1).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8
    seen.tab.mouse.move(x, y)
    seen.tab.mouse.down()
    seen.tab.mouse.move(x + 70, y - 20, steps=6)
    seen.tab.wait_for_timeout(1500)
    held = cameras(seen)
    seen.tab.mouse.up()
    seen.tab.wait_for_timeout(1500)
    after = cameras(seen)
    assert len(before) == 3 and before[0] != pytest.approx(after[0], abs=0.05)
    for eyes in (held, after):
        assert eyes[0] == pytest.approx(eyes[1], abs=0.02) and eyes[0] == pytest.approx(eyes[2], abs=0.02)
    seen.tab.locator(".lab-time input").press("End")
    seen.tab.wait_for_timeout(600)
    assert cameras(seen)[2] == pytest.approx(after[2], abs=0.02)
    assert seen.complaints == []


def test_a_phone_keeps_the_camera_from_scene_to_scene(visit):
    seen = visit(**PHONE, reduced_motion="reduce").open("geometry?surfaces=three")
    seen.tab.evaluate("""() => { const plot = document.querySelector('.js-plotly-plot');
      const scene = plot._fullLayout.scene._scene;
      const camera = { ...scene.getCamera(), eye: { x: 2, y: 0.5, z: 0.4 } };
      scene.setViewport({ camera, aspectratio: scene.fullSceneLayout.aspectratio });
      plot.emit('plotly_relayouting', {}) }""")
    seen.tab.get_by_role("button", name="▲ δ = 2, picture 3 of 3").tap()
    seen.tab.wait_for_function(f"() => ({CAMERAS})().length === 2")
    assert cameras(seen)[1] == pytest.approx([2, 0.5, 0.4], abs=1e-6)
    assert seen.complaints == []


def test_elsewhere_each_scene_is_turned_alone(visit):
    seen = visit(reduced_motion="reduce").open("relu")
    eyes = cameras(seen)
    seen.tab.evaluate("""() => { const plot = document.querySelector('.js-plotly-plot');
      const scene = plot._fullLayout.scene._scene;
      const camera = { ...scene.getCamera(), eye: { x: 2, y: 0.5, z: 0.4 } };
      scene.setViewport({ camera, aspectratio: scene.fullSceneLayout.aspectratio });
      plot.emit('plotly_relayouting', {}) }""")
    assert len(eyes) > 1 and cameras(seen)[1:] == eyes[1:]
