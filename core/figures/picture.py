"""Picture: a Plotly figure as plain dictionaries.

plotly's own graph objects check every property when made; 120 animation frames cost 300 ms that way and 2 ms as plain
dictionaries. The tests send every picture through go.Figure, so a misspelt property still fails, but not at run time.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.coding import encoded
from core.figures.packing import packed, thinned
from core.figures.parcel import Parcel, wrapped
from core.figures.ranges import open_ranges

ROW = 0.05
SPATIAL = ("scatter3d", "mesh3d", "surface")
SHADED = ("contour", "heatmap")
STRENGTH = {"turns": 0.16, "fits": 0.08, "turns and fits": 0.24}


@dataclass
class Picture:
    """data: traces; layout; frames: what each cursor position changes, as {"data": [...], "traces": [...]}.

    handles and roles: what can be taken hold of and what follows (core.figures.handles); flow: what the closed form then
    needs; network: the network itself (core.figures.network); phases: when it waits, turns and fits (core.figures.phases);
    inset: colours of the neurons that play where a cell of this map is rested on (assets/chart/inset.js).
    """

    data: list[dict] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)
    frames: list[dict] = field(default_factory=list)
    handles: list[dict] = field(default_factory=list)
    roles: list[dict] = field(default_factory=list)
    flow: dict[str, Any] = field(default_factory=dict)
    network: dict[str, Any] = field(default_factory=dict)
    phases: dict[str, Any] = field(default_factory=dict)
    inset: dict[str, Any] = field(default_factory=dict)
    sealed: Parcel | None = field(default=None, init=False, repr=False, compare=False)

    def add(self, *traces: dict) -> list[int]:
        """Append traces; returns their places, which frames refer to."""
        self.data.extend(traces)
        return list(range(len(self.data) - len(traces), len(self.data)))

    def lay(self, **layout: Any) -> "Picture":
        """Lay these over the layout; nested dictionaries are merged."""
        self.layout = _merged(self.layout, layout)
        return self

    def move(self, places: list[int], *frames: list[dict]) -> "Picture":
        """One frame for each list of traces: frame k gives places[i] the properties frames[k][i] (and no others)."""
        self.frames.extend({"data": traces, "traces": places} for traces in frames)
        return self

    def parcel(self) -> Parcel:
        """What the chart is sent: a text and the arrays that it names, those of all frames in one piece."""
        return self.sealed or wrapped(self._whole())

    def json(self) -> str:
        """The same as text alone, the arrays as base64 of their own type: for files."""
        return json.dumps(self._whole(), default=encoded)

    def _whole(self) -> dict[str, Any]:
        whole = {
            "data": thinned(self.data, self.shown),
            "layout": self.layout,
            "frames": packed(self.frames, self.data, self.shown),
        }
        ranges = open_ranges(self.layout, self.data, self.frames) if self.frames else {}
        beside = {"handles": self.handles, "roles": self.roles, "network": self.network or None, "ranges": ranges}
        return whole | beside | {"phases": self.phases or None, "inset": self.inset or None}

    def shown(self, place: int, name: str) -> float:
        """How much of a trace's coordinate the screen shows, in its units: inf for all there is, 0 where that is unknown."""
        trace = self.data[place]
        if name == "z" and trace["type"] in SHADED:
            return np.inf
        if name in ("surfacecolor", "intensity") and "cmax" in trace:
            return abs(trace["cmax"] - trace["cmin"])
        if name not in ("x", "y", "z") or (name == "z" and trace["type"] not in SPATIAL):
            return 0.0
        spatial = trace["type"] in SPATIAL
        room = self.layout.get(trace.get("scene", "scene"), {}) if spatial else self.layout
        axis = room.get(f"{name}axis" if spatial else f"{name}axis{trace.get(f'{name}axis', name)[1:]}", {})
        if axis.get("type", "linear") != "linear":
            return 0.0
        return abs(axis["range"][1] - axis["range"][0]) if axis.get("range") is not None else np.inf

    def seal(self) -> "Picture":
        """Keep what is sent: the picture must not change any more."""
        self.sealed = self.parcel()
        return self

    def figure(self) -> go.Figure:
        """The same as a checked go.Figure, for notebooks."""
        kinds = [trace["type"] for trace in self.data]
        frames = [
            {**frame, "data": [{"type": kinds[at], **t} for at, t in zip(frame["traces"], frame["data"], strict=True)]}
            for frame in self.frames
        ]
        layout = {**self.layout, "shapes": [*self.layout.get("shapes", []), *_shaded(self)]}
        return go.Figure({"data": self.data, "layout": layout, "frames": frames})

    def write_html(self, path: str) -> None:
        """A page that works offline (plotly.min.js is put beside it); frames get plotly's own play button."""
        figure = self.figure()
        if self.frames:
            play = {"label": "Play", "method": "animate", "args": [None, {"frame": {"duration": 40, "redraw": True}}]}
            figure.update_layout(updatemenus=[{"type": "buttons", "buttons": [play]}])
        figure.write_html(path, include_plotlyjs="directory")


def _merged(base: dict, over: dict) -> dict:
    out = dict(base)
    for key, value in over.items():
        out[key] = _merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def moving(trace: dict, *also: str) -> dict:
    """What a frame has to carry of a trace that moves: its coordinates, and the properties named."""
    return {key: trace[key] for key in ("x", "y", "z", *also) if key in trace}


def _shaded(picture: Picture) -> list[dict[str, Any]]:
    """The phases as plotly's shapes, for a figure outside the chart: one run over the whole height, several in rows."""
    runs, axis = picture.phases.get("runs", []), picture.layout.get("xaxis", {})
    if not picture.phases.get("axis"):
        return []
    low = 10 ** axis["range"][0] if axis.get("type") == "log" and "range" in axis else -np.inf
    height = 1.0 if len(runs) == 1 else ROW
    rect = {"type": "rect", "xref": "x", "yref": "paper", "line": {"width": 0}, "layer": "below"}
    return [
        {
            **rect,
            "x0": max(begin, low),
            "x1": end,
            "y0": height * (len(runs) - 1 - k),
            "y1": height * (len(runs) - k),
            "fillcolor": run["colour"],
            "opacity": STRENGTH[word],
        }
        for k, run in enumerate(runs)
        for word, begin, end in run["spans"]
        if word in STRENGTH and end > low
    ]
