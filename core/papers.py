"""PAPERS: the works that pages and docstrings cite, by key."""

import re
from dataclasses import dataclass
from unicodedata import normalize

ACCENTS = {"'": "\u0301", '"': "\u0308", "`": "\u0300", "^": "\u0302", "~": "\u0303"}


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
    def families(self) -> tuple[str, ...]:
        """The authors' family names, in letters instead of BibTeX."""
        plain = re.sub(
            r"\{?\\([\'\"`^~])(\w)\}?", lambda found: normalize("NFC", found[2] + ACCENTS[found[1]]), self.authors
        )
        return tuple(author.partition(",")[0] for author in plain.split(" and "))

    @property
    def short(self) -> str:
        """As texts cite it: Kunin et al. 2024."""
        first, *others = self.families
        return f"{first}{' et al.' if len(others) > 1 else f' and {others[0]}' if others else ''} {self.year}"

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
    Paper(
        "On the implicit bias of initialization shape: beyond infinitesimal mirror descent",
        "Azulay, Shahar and Moroshko, Edward and Nacson, Mor Shpigel and Woodworth, Blake and Srebro, Nathan"
        " and Globerson, Amir and Soudry, Daniel",
        2021,
        "https://arxiv.org/abs/2102.09769",
        "International Conference on Machine Learning",
        "azulay2021",
        "inproceedings",
    ),
    Paper(
        "Kernel and rich regimes in overparametrized models",
        "Woodworth, Blake and Gunasekar, Suriya and Lee, Jason D. and Moroshko, Edward and Savarese, Pedro"
        " and Golan, Itay and Soudry, Daniel and Srebro, Nathan",
        2020,
        "https://arxiv.org/abs/2002.09277",
        "Conference on Learning Theory",
        "woodworth2020",
        "inproceedings",
    ),
    Paper(
        "Exact learning dynamics of deep linear networks with prior knowledge",
        "Braun, Lukas and Domin{\\'e}, Cl{\\'e}mentine C. J. and Fitzgerald, James E. and Saxe, Andrew M.",
        2022,
        "https://openreview.net/forum?id=lJx2vng-KiC",
        "Advances in Neural Information Processing Systems",
        "braun2022",
        "inproceedings",
    ),
    Paper(
        "Mixed dynamics in linear networks: unifying the lazy and active regimes",
        "Tu, Zhenfeng and Aranguri, Santiago and Jacot, Arthur",
        2024,
        "https://arxiv.org/abs/2405.17580",
        "arXiv preprint arXiv:2405.17580",
        "tu2024",
    ),
    Paper(
        "Phase diagram for two-layer ReLU neural networks at infinite-width limit",
        "Luo, Tao and Xu, Zhi-Qin John and Ma, Zheng and Zhang, Yaoyu",
        2021,
        "https://arxiv.org/abs/2007.07497",
        "Journal of Machine Learning Research",
        "luo2021",
    ),
    Paper(
        "Deep learning versus kernel learning: an empirical study of loss landscape geometry and the time evolution of"
        " the neural tangent kernel",
        "Fort, Stanislav and Dziugaite, Gintare Karolina and Paul, Mansheej and Kharaghani, Sepideh and Roy, Daniel M."
        " and Ganguli, Surya",
        2020,
        "https://arxiv.org/abs/2010.15110",
        "Advances in Neural Information Processing Systems",
        "fort2020",
        "inproceedings",
    ),
    Paper(
        "Grokking as the transition from lazy to rich training dynamics",
        "Kumar, Tanishq and Bordelon, Blake and Gershman, Samuel J. and Pehlevan, Cengiz",
        2023,
        "https://arxiv.org/abs/2310.06110",
        "arXiv preprint arXiv:2310.06110",
        "kumar2023",
    ),
    Paper(
        "Progress measures for grokking via mechanistic interpretability",
        "Nanda, Neel and Chan, Lawrence and Lieberum, Tom and Smith, Jess and Steinhardt, Jacob",
        2023,
        "https://arxiv.org/abs/2301.05217",
        "International Conference on Learning Representations",
        "nanda2023",
        "inproceedings",
    ),
)

PAPERS = {paper.key: paper for paper in _ALL}
