"""HTML that Streamlit shows: values in it are told, what the author wrote or escaped is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
START = (
    "import html\n\nimport streamlit as st\n\nfrom store import load\n\nshop = load()\n"
    "CSS = '<style>p {}</style>'\nbanner = '<b>Hello</b>'\n"
)


def judged(judge: Judge, line: str) -> Verdict:
    return judge("templates-are-escaped", {"requirements.txt": "streamlit\n", "app.py": f"{START}{line}\n"})


@pytest.mark.parametrize(
    "line",
    [
        "st.markdown(f\"<h3>{shop['name']}</h3>\", unsafe_allow_html=True)",
        'st.markdown(f"<h3>{shop}</h3>", unsafe_allow_html=True)',
        'st.markdown(f"{CSS}<h3>{shop.title()}</h3>", unsafe_allow_html=True)',
        'st.markdown("<h3>{}</h3>".format(shop), unsafe_allow_html=True)',
        'st.markdown("<h3>%s</h3>" % shop, unsafe_allow_html=True)',
        'st.markdown("<h3>" + shop + "</h3>", unsafe_allow_html=True)',
        'st.sidebar.markdown(f"<h3>{shop}</h3>", unsafe_allow_html=True)',
        'st.write(f"<h3>{shop}</h3>", unsafe_allow_html=True)',
        'left, right = st.columns(2)\nleft.markdown(f"<h3>{shop}</h3>", unsafe_allow_html=True)',
        'st.components.v1.html(f"<h3>{shop}</h3>")',
    ],
)
def test_values_in_markup_are_found(judge: Judge, line: str) -> None:
    verdict = judged(judge, line)
    assert verdict.kind == "fail", line
    assert "Streamlit" in verdict.evidence[0].note


@pytest.mark.parametrize(
    "line",
    [
        'st.markdown("<style>h1 {color: red}</style>", unsafe_allow_html=True)',
        "st.markdown(CSS, unsafe_allow_html=True)",
        'st.markdown(f"{CSS}{banner}", unsafe_allow_html=True)',
        'st.markdown("<b>" + "Hello" + "</b>", unsafe_allow_html=True)',
        'st.markdown(f"<h3>{html.escape(shop)}</h3>", unsafe_allow_html=True)',
        'safe = html.escape(shop)\nst.markdown(f"<h3>{safe}</h3>", unsafe_allow_html=True)',
        'st.markdown(f"<h3>{shop.total:.2f} and {len(shop)}</h3>", unsafe_allow_html=True)',
        'st.markdown(f"<p style=\'color:{text_color}\'>Hello</p>", unsafe_allow_html=True)',
        'st.markdown(f"<h3>{shop}</h3>")',
        'st.markdown(f"<h3>{shop}</h3>", unsafe_allow_html=False)',
    ],
)
def test_what_the_author_wrote_or_escaped_is_none(judge: Judge, line: str) -> None:
    assert judged(judge, line).kind == "pass", line
