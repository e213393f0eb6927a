"""What a visitor's hand does in any browser, in the words of WebDriver's actions, which BiDi shares."""

from tests.browsers.drivers import Browser

ARROW_LEFT, ARROW_RIGHT, END = "\ue012", "\ue014", "\ue010"
STEPS = 10
MIDDLE = """(() => {{ const one = [...document.querySelectorAll({selector!r})].find(one => one.checkVisibility());
    one?.scrollIntoView({{ block: 'nearest', behavior: 'instant' }});
    const box = one?.getBoundingClientRect();
    return box ? [box.x + box.width / 2, box.y + box.height / 2] : null }})()"""


def press(browser: Browser, key: str) -> None:
    """A key where the focus is."""
    browser.act(
        {"type": "key", "id": "keys", "actions": [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]}
    )


def middle(browser: Browser, selector: str) -> tuple[int, int]:
    """Where the first visible element of a selector stands in the window, brought into view."""
    at = browser.ask(MIDDLE.format(selector=selector))
    assert at, f"nothing is seen of {selector}"
    return round(at[0]), round(at[1])


def pointer(at: tuple[int, int], by: tuple[int, int], kind: str, name: str) -> dict:
    """It goes down, along and up again; by (0, 0) it clicks."""
    way = [(at[0] + by[0] * k // STEPS, at[1] + by[1] * k // STEPS) for k in range(STEPS + 1)] if any(by) else [at]
    moves = [{"type": "pointerMove", "x": x, "y": y, "duration": 20, "origin": "viewport"} for x, y in way]
    down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
    actions = [moves[0], down, *moves[1:], up]
    return {"type": "pointer", "id": name, "parameters": {"pointerType": kind}, "actions": actions}


def drag(browser: Browser, selector: str, by: tuple[int, int], kind: str = "mouse") -> None:
    """A mouse or a finger (which WebKitGTK's driver takes for a mouse) takes the middle of an element along."""
    browser.act(pointer(middle(browser, selector), by, kind, kind))


def turn(browser: Browser, selector: str, by: tuple[int, int]) -> None:
    """Two fingers beside the middle of an element go along."""
    x, y = middle(browser, selector)
    browser.act(*(pointer((x + side, y), by, "touch", f"finger {side}") for side in (-45, 45)))


def click(browser: Browser, selector: str) -> None:
    drag(browser, selector, (0, 0))


def scroll(browser: Browser, selector: str, down: int) -> None:
    """The wheel turns over the middle of an element."""
    x, y = middle(browser, selector)
    turn = {"type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": down, "duration": 50, "origin": "viewport"}
    browser.act({"type": "wheel", "id": "wheel", "actions": [turn]})
