"""What happens when another server is slow or fails."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.pyoutbound import endless_mail
from prodify.lazyre import lazy

_STOPS = lazy(r"stop|max_tries|max_time|attempt")
"""Arguments by which retries end."""


@check(step=Step.SCALING, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(400, 1088), fixed_by="hardening")
def outbound_calls_have_timeouts(repo: Inventory, profile: Profile) -> Verdict:
    """Calls of other servers have a timeout.

    Why:
        Most HTTP libraries wait for ever. When the other server hangs, every worker ends up waiting for it and the whole service stops.

    Fails:
        ```python title="client.py"
        import requests

        def load(url):
            return requests.get(url).json()
        ```

    Passes:
        ```python title="client.py"
        import requests

        def load(url):
            return requests.get(url, timeout=5).json()
        ```
    """
    calls, mail = repo.outbound_calls, tuple(endless_mail(repo))
    if not calls and not mail:
        return not_applicable("no other server is called")
    endless = [Note(c.location, f"{c.name} without a timeout") for c in calls if c.timeout is False]
    endless += [Note(c.location, f"{c.name} without a timeout") for c in mail]
    if endless:
        return failed(f"{len(endless)} of {len(calls) + len(mail)} calls may wait for ever", *endless)
    return passed("every call has a timeout", *(Note(c.location, c.name) for c in calls[:5]))


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(834,),
    hint="Bound retries by number and time, with jitter: tenacity's stop_after_attempt and wait_random_exponential.",
)
def retries_are_bounded(repo: Inventory, profile: Profile) -> Verdict:
    """Retries stop.

    Why:
        Clients that retry without end keep a server that recovers down: each of them sends again what it could not answer before.

    Fails:
        ```python title="client.py"
        import requests

        def load(url):
            while True:
                try:
                    return requests.get(url, timeout=5).json()
                except requests.RequestException:
                    pass
        ```

    Passes:
        ```python title="client.py"
        import requests
        from tenacity import retry, stop_after_attempt, wait_random_exponential

        @retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=10))
        def load(url):
            return requests.get(url, timeout=5).json()
        ```
    """
    from prodify.inventory.loops import endless_retries

    endless = endless_retries(repo)
    bare = [Note(c.location, "retry without a stop") for c in repo.python.calls("tenacity.retry", "backoff.on_exception", "retrying.retry")
            if not c.has_star and not any(_STOPS.search(a.name or "") for a in c.args)]  # fmt: skip
    bare += [
        Note(f.location, f.name)
        for f in repo.python.functions("tenacity.retry")
        if any(d.name == "tenacity.retry" and not d.args and not d.has_star for d in f.decorators)
    ]
    if endless or bare:
        return failed("a retry has no end", *endless, *bare)
    retried = repo.python.calls("tenacity.retry", "backoff.on_exception", "*.Retry", "stamina.retry")
    return passed("retries end", *retried) if retried else not_applicable("nothing is retried")


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(390, 391),
    hint="Catch the one exception that you expect, log it with its context, and let the rest reach the error handler.",
)
def errors_are_not_swallowed(repo: Inventory, profile: Profile) -> Verdict:
    """Errors are not swallowed.

    Why:
        After `except: pass` the program goes on with half the work done, and nobody can tell from the log that anything went wrong.

    Fails:
        ```python title="mailer.py"
        def send(mail):
            try:
                deliver(mail)
            except Exception:
                pass
        ```

    Passes:
        ```python title="mailer.py"
        import logging

        log = logging.getLogger(__name__)

        def send(mail):
            try:
                deliver(mail)
            except ConnectionError:
                log.exception("mail was not sent")
        ```
    """
    from prodify.inventory.loops import swallowed_errors

    if not any(c.language == "python" for c in repo.components):
        return not_applicable("no Python code")
    found = swallowed_errors(repo)
    return failed("every error is caught and dropped", *found) if found else passed("no error is dropped unseen")
