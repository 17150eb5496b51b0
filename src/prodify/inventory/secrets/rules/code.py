"""Code hosts, package registries and build services."""

from __future__ import annotations

from prodify.inventory.secrets.rule import Rule

RULES = (
    Rule("github-token", "GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{36}", structure="github", yes=("ghp_|{crc62*30}", "ghs_|{crc62*30}"), no=("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ghp_{b62*36}")),
    Rule("github-fine-grained-token", "GitHub fine-grained token", ("github_pat_",), r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", yes=("github_pat_|{b62*22}_{b62*59}", "token: github_pat_|{b62*22}_{b62*59}"), no=("github_pat_{b62*22}", "github_pat_your_token")),
    Rule("gitlab-token", "GitLab token", ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "gloas-", "glagent-", "glimt-"),
         r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|oas|agent|imt)-[A-Za-z0-9_-]{20,64}", 3.0, yes=("glpat-|{b62*20}", "glrt-|{b62*20}"), no=("glpat-{b62*6}", "glpat-xxxxxxxxxxxxxxxxxxxx")),
    Rule("bitbucket-app-password", "Bitbucket app password", ("atbb",), r"ATBB[A-Za-z0-9]{24}[A-F0-9]{8}", 3.3, yes=("ATBB|{b62*24}{HEX*8}", "password = ATBB|{b62*24}{HEX*8}"), no=("ATBB{b62*9}", "ATBBxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("atlassian-token", "Atlassian token", ("atatt3", "atctt3"), r"AT[AC]TT3[A-Za-z0-9_=-]{100,220}", 3.5, yes=("ATATT3|{b64u*180}", "ATCTT3|{b64u*150}"), no=("ATATT3{b62*20}", "ATATT3x")),
    Rule("npm-token", "npm token", ("npm_",), r"npm_[A-Za-z0-9]{36}", structure="github", yes=("npm_|{crc62*30}", "//registry.npmjs.org/:_authToken=npm_|{crc62*30}"), no=("npm_config_registry_and_other_settings_x", "npm_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("pypi-token", "PyPI token", ("pypi-ag",), r"pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{50,1000}", 3.5, yes=("pypi-AgEIcHlwaS5vcmc|{b64u*150}", "password = pypi-AgENdGVzdC5weXBpLm9yZw|{b64u*150}"), no=("pypi-AgEIcHlwaS5vcmc", "pypi-token")),
    Rule("rubygems-key", "RubyGems key", ("rubygems_",), r"rubygems_[0-9a-f]{48}", yes=("rubygems_|{hex*48}", ":rubygems_api_key: rubygems_|{hex*48}"), no=("rubygems_version", "rubygems_{hex*9}")),
    Rule("docker-hub-token", "Docker Hub token", ("dckr_",), r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,32}", yes=("dckr_pat_|{b62*27}", "dckr_oat_|{b62*32}"), no=("dckr_pat_{b62*6}", "dckr_pat_xxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("terraform-cloud-token", "HCP Terraform token", (".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}", 3.5, yes=("|{b62*14}.atlasv1.{b62*67}", 'token = "|{b62*14}.atlasv1.{b62*60}"'), no=("xxxxxxxxxxxxxx.atlasv1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "x.atlasv1.y")),
    Rule("vault-token", "Vault token", ("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[A-Za-z0-9_-]{24,200}", 3.3, yes=("hvs.|{b62*90}", "VAULT_TOKEN=hvs.|{b62*24}"), no=("hvs.{b62*6}", "hvs.example")),
    Rule("circleci-token", "CircleCI token", ("ccipat_", "cciprj_"), r"(?:CCIPAT|CCIPRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}", yes=("CCIPAT_|{b62*22}_{hex*40}", "CCIPRJ_|{b62*22}_{hex*40}"), no=("CCIPAT_{b62*9}", "ccipat_x")),
    Rule("sonar-token", "SonarQube token", ("sqp_", "squ_", "sqa_"), r"sq[pua]_[0-9a-f]{40}", yes=("sqp_|{hex*40}", "SONAR_TOKEN=squ_|{hex*40}"), no=("sqp_{hex*9}", "squ_xxxx")),
    Rule("linear-key", "Linear key", ("lin_api_", "lin_oauth_"), r"lin_(?:api|oauth)_[A-Za-z0-9]{40,64}", yes=("lin_api_|{b62*40}", "lin_oauth_|{hex*64}"), no=("lin_api_{b62*9}", "lin_api_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("figma-token", "Figma token", ("figd_",), r"figd_[A-Za-z0-9_-]{38,50}", yes=("figd_|{b62*40}", "FIGMA_TOKEN=figd_|{b64u*39}z"), no=("figd_{b62*6}", "figd_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("postman-key", "Postman key", ("pmak-",), r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}", yes=("PMAK-|{hex*24}-{hex*34}", "key PMAK-|{hex*24}-{hex*34}"), no=("PMAK-{hex*9}", "PMAK-xxxx")),
)
