"""LESSONS: the table of what the pages teach; a page gains its steps, prediction and comparison by one entry here.

The words stand in assets/prose/<stem>.md: "## step: <name>" for each step; "## predict" holds the question, three
choices as "- [ ] …", the right one as "- [x] …", and then the reason. A step without words of its own, whose state is a
preset, uses the preset's.
"""

from pages import BY_STEM
from pages.lessons.lesson import UNNAMED, Exercise, Lesson, Prediction, Sketch, Step
from pages.shared.link import Goal, Link

_ALL = {
    "start": Lesson(
        steps=(
            Step("one weight", {}),
            Step("two weights and a see-saw", {}, panels=(1,)),
            Step("the race", {}, panels=(2,)),
            Step("what rich means", {}, panels=(3, 4)),
            Step("neurons that switch", {}, panels=(5, 6)),
            Step("the map", {}, panels=(7,)),
        ),
        prediction=Prediction({}, ("▲", "●", "▼"), (0, 2), decides=("δ", -4.0)),
        measures=("loss", "kernel_distance"),
        story=True,
    ),
    "geometry": Lesson(
        steps=(
            Step("one surface", {}, "gradient flow", beside=True),
            Step("zero loss", {}, "zero loss", beside=True),
            Step("same function", {"delta": 2.0}, "same function", (0, 1)),
            Step("three at once", "paper, figure 2", "gradient flow", (0, 1, 2)),
            Step("pinch", "pinch", beside=True),
            Step("the rates alone", "same weights, other rates", "gradient flow", beside=True),
        ),
        prediction=Prediction({"delta": 4.0}, ("gradient flow", "end", "β", "loss left", "kernel distance"), (0, 1)),
        measures=("loss", "kernel_distance"),
        pictures=(1,),
    ),
    "exact": Lesson(
        steps=(
            Step("fast but lazy", "paper, figure 3", "δ = 4", (1, 2)),
            Step("rich at once", "paper, figure 3", "δ = 0", (0, 1)),
            Step("late and farthest", "paper, figure 3", "δ = −4", (1, 2)),
            Step("the dip", "fast dip", "δ = −4"),
            Step("where theory ends", "raise η until it breaks", panels=(3, 4)),
        ),
        prediction=Prediction(
            "fast dip",
            ("δ =", "amber", UNNAMED),
            panels=(0, 1),
            sketch=Sketch("alignment", "δ = −4"),
            decides=("δ", -4.0),
        ),
        measures=("loss", "alignment", "kernel_distance"),
        pictures=(0, 1),
    ),
    "relu": Lesson(
        steps=(
            Step("map before fit", "map before fit", "▲", (1, 5)),
            Step("frozen map", "frozen map", "●", (0, 1)),
            Step("delayed", "delayed", "▼", (1, 5)),
            Step("linear", "linear", panels=(0, 5)),
        ),
        prediction=Prediction("map before fit", ("loss left", "flipped", "▲", "●"), (1, 5)),
        measures=("loss", "flips", "kernel_distance", "parameter_distance"),
        pictures=(0,),
    ),
    "teacher_student": Lesson(
        steps=(
            Step("upstream", "rich and rapid: upstream", panels=(0, 2)),
            Step("balanced", "rich: balanced", panels=(0, 2)),
            Step("downstream", "lazy: downstream", panels=(0, 2)),
            Step("large", "lazy: large", panels=(0, 2)),
            Step("the rates alone", "same start, other rates", panels=(0, 2)),
        ),
        prediction=Prediction(
            "lazy: downstream",
            ("student", "test", "train", "flip", "kernel", UNNAMED),
            panels=(0, 2),
            sketch=Sketch("progress", "train loss"),
        ),
        measures=("test_loss", "train_loss", "flips", "kernel_distance"),
        exercise=Exercise("lazy: downstream", ("delta", "tau"), Goal("test_loss", "<", 0.001, 10.0)),
    ),
    "regime_map": Lesson(
        steps=(
            Step("one glance", "one glance", panels=(0, 2)),
            Step("little movement, many flips", "little movement, many flips", panels=(0, 1)),
            Step("kernel misleads", "kernel misleads", panels=(0, 1)),
            Step("lazy everywhere", "lazy everywhere", panels=(0, 2)),
        ),
        prediction=Prediction("kernel misleads", ("flips,", "kernel,", UNNAMED), (0, 1)),
        measures=("test_loss", "flips", "kernel_distance"),
        pictures=(0,),
    ),
    "implicit_bias": Lesson(
        steps=(
            Step("one line, many solutions", "paper, figure 4(b)", beside=True),
            Step("in the mirror", {}, panels=(1, 3)),
            Step("seven starts, seven landings", "race to predicted points", beside=True),
            Step("through zero", "β passes through 0", panels=(0, 2)),
            Step("nothing to choose", "paper, figure 4(a): whitened", beside=True),
        ),
        prediction=Prediction({"delta": 10.0}, ("predicted", "β(∞)", "δ =", UNNAMED), beside=True),
        measures=("size", "way"),
    ),
    "landscape": Lesson(
        steps=(
            Step("two valleys, one ridge", "two valleys, one ridge", panels=(0, 1)),
            Step("nearly on the ridge", "nearly on the ridge", panels=(1,)),
            Step("two sheets", "two sheets", panels=(0, 1)),
            Step("what a slice shows", "rich student", panels=(1,)),
        ),
        prediction=Prediction("two valleys, one ridge", ("gradient flow", "now"), (1,)),
        measures=("loss",),
        pictures=(1,),
    ),
    "wide": Lesson(
        steps=(
            Step("funnel, lazy", "funnel, lazy", panels=(0, 1)),
            Step("funnel, delayed", "funnel, delayed", panels=(0, 1)),
            Step("turned round", "inverted funnel, delayed", panels=(0, 1)),
            Step("one after another", "modes one after another", panels=(0,)),
            Step("all at once", "all modes at once", panels=(0,)),
        ),
        prediction=Prediction(
            "modes one after another",
            ("s₁", "s₂", "s₃", "s₄", "closed form", "kernel", "loss", "alignment", "now"),
        ),
        measures=("loss", "kernel_distance"),
    ),
    "deep": Lesson(
        steps=(
            Step("balanced, deep", "balanced, deep", beside=True),
            Step("upstream", "upstream: lazy", panels=(0, 2)),
            Step("downstream", "downstream: keeps its direction", beside=True),
            Step("plateau", "plateau, then a jump", panels=(1,)),
            Step("who learns", "one small layer learns for all", panels=(2,)),
        ),
        prediction=Prediction("plateau, then a jump", ("depth", "now", "β", "predicted"), (1,), decides=("δ", 0.0)),
        measures=("loss",),
    ),
    "kernel_movement": Lesson(
        steps=(
            Step("eleven scales", "eleven scales"),
            Step("early: flips", {"alphas": (1, 1.6, 2.5, 4, 6.3, 10)}, "flips alone", (0, 1)),
            Step("at equal train loss", "at equal train loss", "the kernel", (0, 1)),
            Step("downstream alone", "downstream alone", "weights alone", (0, 2)),
            Step("upstream alone", "upstream alone", "flips alone"),
        ),
        prediction=Prediction(
            "upstream alone", ("by flips", "kernel", "by weights", "▲", UNNAMED), (0, 1), decides=None
        ),
        measures=("kernel_distance", "train_loss"),
    ),
    "filters": Lesson(
        steps=(
            Step("three scales", "three scales", panels=(0, 1, 2)),
            Step("the usual start", {"alphas": (1,)}, panels=(0, 1)),
            Step("the two ends", "the two ends", panels=(2,)),
            Step("slow start", "slow start", panels=(2, 3)),
        ),
        prediction=Prediction("the two ends", ("▲", "▼", "after"), (0, 1), decides=("α", 10.0)),
        measures=("test_accuracy", "turned"),
        pictures=(0, 1),
    ),
    "hierarchy": Lesson(
        steps=(
            Step("all scales", "all scales"),
            Step("a class is a tree", {"sample": 3}, panels=(2,)),
            Step("downstream and upstream", "downstream and upstream", panels=(0, 1)),
            Step("far upstream", "far upstream", panels=(0, 1)),
            Step("another hierarchy", "another hierarchy", panels=(0, 2)),
        ),
        prediction=Prediction(
            "downstream and upstream", ("▲", "●", "▼", "geometric mean", UNNAMED), decides=("α", 10.0)
        ),
        measures=("test_accuracy", "train_loss"),
    ),
    "grokking": Lesson(
        steps=(
            Step("answers before the rule", "two scales", panels=(0,)),
            Step("two delays", "small τ: rich", panels=(1, 2)),
            Step("large τ", "large τ", panels=(1, 2)),
            Step("embeddings without decay", "embeddings without decay", panels=(1, 2)),
            Step("the usual scale", {"alphas": (1,)}, panels=(0,)),
        ),
        prediction=Prediction("two scales", ("▲", "▼", UNNAMED), (0,), decides=("α", 10.0)),
        measures=("test_accuracy", "train_accuracy"),
    ),
    "initialisation": Lesson(
        steps=(
            Step("nn.Linear", "nn.Linear", panels=(0, 1)),
            Step("width alone", "wide nn.Linear", panels=(0, 1)),
            Step("a steep target", "steep target"),
            Step("rates count", "other rates, same weights", panels=(0,)),
            Step("four layers", "four layers", panels=(0, 1)),
        ),
        prediction=Prediction("nn.Linear", ("expected", "neuron", "layer", UNNAMED), (0, 1), decides=None),
        measures=("downstream",),
    ),
    "limits": Lesson(
        steps=(
            Step("small steps", "small steps", panels=(0, 1)),
            Step("the edge", "the edge of stability", panels=(0, 2)),
            Step("noise", "label noise", panels=(0,)),
            Step("momentum", "momentum", panels=(0,)),
            Step("weight decay", "weight decay", panels=(0,)),
        ),
        prediction=Prediction(
            "label noise", ("descent", "sum of", "first order", "now", "error", "loss", "measured"), decides=None
        ),
        measures=("delta", "loss"),
    ),
}

LESSONS = {stem: lesson for stem, lesson in _ALL.items() if stem in BY_STEM}


def spoken_of(stem: str, link: Link) -> Step | Prediction | None:
    """The step or the prediction that a link asks for; None where it asks for neither."""
    lesson = LESSONS.get(stem)
    if lesson is None or not (link.predict or link.step):
        return None
    return lesson.prediction if link.predict else lesson.steps[link.step - 1]
