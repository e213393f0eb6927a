"""PAPERS: the works that pages and docstrings cite, by key."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paper:
    """One cited work. `bibtex` is complete and can be pasted."""

    title: str
    authors: str
    year: int
    url: str
    venue: str
    key: str
    kind: str = "article"

    @property
    def bibtex(self) -> str:
        where = "booktitle" if self.kind == "inproceedings" else "journal"
        return (
            f"@{self.kind}{{{self.key},\n  title = {{{self.title}}},\n  author = {{{self.authors}}},\n"
            f"  {where} = {{{self.venue}}},\n  year = {{{self.year}}},\n  url = {{{self.url}}}\n}}"
        )


_ALL = (
    Paper(
        "Get rich quick: exact solutions reveal how unbalanced initializations promote rapid feature learning",
        "Kunin, Daniel and Ravent{\\'o}s, Allan and Domin{\\'e}, Cl{\\'e}mentine and Chen, Feng and Klindt, David"
        " and Saxe, Andrew and Ganguli, Surya",
        2024,
        "https://arxiv.org/abs/2406.06158",
        "Advances in Neural Information Processing Systems",
        "kunin2024",
        "inproceedings",
    ),
    Paper(
        "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
        "Saxe, Andrew M. and McClelland, James L. and Ganguli, Surya",
        2014,
        "https://arxiv.org/abs/1312.6120",
        "International Conference on Learning Representations",
        "saxe2014",
        "inproceedings",
    ),
    Paper(
        "On lazy training in differentiable programming",
        "Chizat, L{\\'e}na{\\\"\\i}c and Oyallon, Edouard and Bach, Francis",
        2019,
        "https://arxiv.org/abs/1812.07956",
        "Advances in Neural Information Processing Systems",
        "chizat2019",
        "inproceedings",
    ),
    Paper(
        "From lazy to rich: exact learning dynamics in deep linear networks",
        "Domin{\\'e}, Cl{\\'e}mentine C. J. and Anguita, Nicolas and Proca, Alexandra M. and Braun, Lukas"
        " and Kunin, Daniel and Mediano, Pedro A. M. and Saxe, Andrew M.",
        2024,
        "https://arxiv.org/abs/2409.14623",
        "arXiv preprint arXiv:2409.14623",
        "domine2024",
    ),
    Paper(
        "How deep neural networks learn compositional data: the random hierarchy model",
        "Cagnetta, Francesco and Petrini, Leonardo and Tomasini, Umberto M. and Favero, Alessandro and Wyart, Matthieu",
        2024,
        "https://arxiv.org/abs/2307.02129",
        "Physical Review X",
        "cagnetta2024",
    ),
    Paper(
        "Grokking: generalization beyond overfitting on small algorithmic datasets",
        "Power, Alethea and Burda, Yuri and Edwards, Harri and Babuschkin, Igor and Misra, Vedant",
        2022,
        "https://arxiv.org/abs/2201.02177",
        "arXiv preprint arXiv:2201.02177",
        "power2022",
    ),
)

PAPERS = {paper.key: paper for paper in _ALL}
