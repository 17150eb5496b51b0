"""FastAPI's handlers say who may call by what they depend on; a connection to the database says nothing of it."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Judge

APP = "from fastapi import Depends, FastAPI, Header, HTTPException\n\napp = FastAPI()\n\n"
DATABASE = "def get_db():\n    yield Session()\n\n\n"
ME = "def get_me(authorization: str = Header()):\n    return decode(authorization)\n\n\n"
NESTED = "def claims(token: str = Depends(oauth2_scheme)):\n    return token\n\n\ndef get_me(c=Depends(claims)):\n    return c\n\n\n"
ROUND = "def a(x=Depends(b)):\n    return x\n\n\ndef b(x=Depends(a)):\n    return x\n\n\n"


@pytest.mark.parametrize(
    ("before", "parameters", "kind"),
    [
        (DATABASE, "db=Depends(get_db)", "fail"),
        (DATABASE, "page: Page = Depends()", "fail"),
        (ROUND, "x=Depends(a)", "fail"),
        (DATABASE, "db=Depends(get_db), user: User = Depends(get_current_user)", "pass"),
        ("", "user: Annotated[User, Depends(JWTBearer())]", "pass"),
        ("", "user=Security(Scopes('write'))", "pass"),
        (DATABASE + ME, "db=Depends(get_db), me=Depends(get_me)", "pass"),
        (DATABASE + NESTED, "db=Depends(get_db), me=Depends(get_me)", "pass"),
    ],
)
def test_what_a_handler_depends_on(before: str, parameters: str, kind: str, judge: Judge) -> None:
    code = f'{APP}{before}@app.post("/orders")\ndef add({parameters}):\n    return store()\n'
    assert judge("write-routes-need-authentication", {"requirements.txt": "fastapi\n", "app.py": code}).kind == kind
