"""A password by position counts as one that stands beside its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
PW = "Tr0ub4dor" + "&3xq"


def test_the_check_names_what_the_detector_does_not_reach(judge: Judge) -> None:
    verdict = judge("no-secret-in-code", {"a.rb": f"PG.connect('h', 5432, nil, nil,\n  'db', 'app', '{PW}')\n"})
    assert verdict.kind == "fail"
    assert [(e.location.path, e.location.line) for e in verdict.evidence if e.location] == [("a.rb", 2)]
    assert PW not in repr(verdict)


def test_what_the_detector_reaches_is_named_once(judge: Judge) -> None:
    verdict = judge("no-secret-in-code", {"a.php": f'<?php\n$c = mysqli_connect("localhost", "root", "{PW}");\n'})
    assert len(verdict.evidence) == 1


def test_a_place_holder_is_none(judge: Judge) -> None:
    assert judge("no-secret-in-code", {"a.rb": "PG.connect('h', 5432, nil, nil,\n  'db', 'app', 'your_password')\n"}).kind == "pass"
